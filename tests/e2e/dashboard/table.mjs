// The runs table: query with completion, several sorts, statistics of groups, deletion and the way back, files.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, openBrowser } from './browser.mjs';
import { kSeeds, logSweep } from './seeded.mjs';

const url = process.env.TRACKER_URL;
const project = `table-${process.pid}`;

describe('runs table', () => {
  let session;
  let runs;
  const quiet = () => assert.deepEqual(session.problems, [], 'console');
  const open = async (query = '') => {
    await session.page.goto(`${url}/p/${project}/runs${query}`);
    await session.page.locator('.run-link').first().waitFor();
  };
  const names = () => session.page.locator('.run-link').allTextContents();
  const counted = (n) => session.page.locator('.runs-tools h1').getByText(n === runs.length ? String(n) : `${n} of ${runs.length}`, { exact: true }).waitFor();

  before(async () => {
    runs = await logSweep({ program: process.env.TRACKER_CLI, url, project });
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(() => session?.browser.close());

  test('a query is completed from the keyboard, and its clauses are chips', async () => {
    const { page, picture } = session;
    await open();
    const box = page.getByRole('combobox', { name: 'Run query' });
    await box.click();
    await box.pressSequentially('config.mod');
    await page.getByRole('option', { name: /config\.model/ }).waitFor();
    await page.keyboard.press('Enter');
    await box.pressSequentially('= ');
    await page.getByRole('option', { name: /base/ }).waitFor();
    await assertAccessible(page, 'completion');
    await picture('table_completion');
    await box.pressSequentially('ti');
    await page.keyboard.press('Enter');
    assert.equal((await box.inputValue()).trim(), 'config.model = tiny');
    await counted(runs.length / 2);
    await box.pressSequentially('and config.seed = 2');
    await counted(2);
    await page.getByRole('button', { name: 'Take out config.model = tiny' }).click();
    await counted(4);
    assert.equal(new URL(page.url()).searchParams.get('where'), 'config.seed = 2');
    // The browser itself tells the console when a query that is not yet whole is refused.
    session.problems.splice(0, session.problems.length, ...session.problems.filter((text) => !text.includes('400')));
    quiet();
  });

  test('columns sort together', async () => {
    const { page } = session;
    await open();
    await page.getByTitle('seed: sort').click();
    await page.getByTitle('learning_rate: sort').click({ modifiers: ['Shift'] });
    assert.equal(new URL(page.url()).searchParams.get('sort'), 'config.seed,config.learning_rate');
    const byName = new Map(runs.map((run) => [run.name, run]));
    const shown = (await names()).map((name) => byName.get(name));
    const keys = shown.map((run) => run.seed * 1000 + run.lr);
    assert.deepEqual(keys, [...keys].sort((a, b) => a - b));
    assert.equal(shown.length, runs.length);
    quiet();
  });

  test('groups have their count, mean and deviation', async () => {
    const { page, picture } = session;
    await open();
    await page.getByRole('combobox', { name: 'Statistics' }).selectOption('config.model');
    const row = page.locator('.run-statistics tbody tr').first();
    await row.waitFor();
    // 0.5 + 1400 / 4000, and 0.05 more of the larger model, in each run.
    assert.match(await row.textContent(), new RegExp(`^base${2 * kSeeds}.*0\\.9 ± 0`));
    await assertAccessible(page, 'statistics');
    await picture('table_statistics');
    quiet();
  });

  test('the table is a file', async () => {
    const { page } = session;
    await open('?cols=config.seed,summary.eval%2Faccuracy&where=config.seed+%3D+2');
    await counted(4);
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const lines = (await readFile(await (await waiting).path())).toString().trim().split('\r\n');
    assert.equal(lines[0], 'id,name,seed,eval/accuracy');
    assert.equal(lines.length, 5);
    assert.ok(lines.slice(1).every((line) => /^[0-9a-f-]{36},[^,]+,2,0\.(9|85)/.test(line)), lines[1]);
    quiet();
  });

  test('deleted runs can be brought back at once', async () => {
    const { page, picture } = session;
    await open();
    for (const run of runs.slice(0, 2)) await page.getByRole('checkbox', { name: `Select ${run.name}` }).check();
    await page.getByText('2 runs selected').waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('2 runs deleted').waitFor();
    await page.locator('.runs-tools h1').getByText(String(runs.length - 2), { exact: true }).waitFor();
    await assertAccessible(page, 'a note with a way back');
    await picture('table_deleted');
    await page.getByRole('button', { name: 'Undo' }).click();
    await counted(runs.length);
    quiet();
  });

  test('selected runs go to the compare page', async () => {
    const { page } = session;
    await open();
    for (const run of runs.slice(0, 2)) await page.getByRole('checkbox', { name: `Select ${run.name}` }).check();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('columnheader', { name: runs[1].name }).waitFor();
    quiet();
  });
});
