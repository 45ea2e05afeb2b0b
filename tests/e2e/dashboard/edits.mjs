// Runs are changed where they stand: seen at once, taken back, refused with a word; several at a time; and their colours.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, openBrowser, waitForPixels } from './browser.mjs';
import { startLogging } from './logger.mjs';

const url = process.env.TRACKER_URL;
const project = `edits-${process.pid}`;
const kRuns = ['first', 'second', 'third'];

describe('edits', () => {
  let session;
  let runs;
  const quiet = () => assert.deepEqual(session.problems, [], 'console');
  const stored = async (index) => (await fetch(`${url}/api/v1/runs/${runs[index].id}`)).json();
  const row = (index) => session.page.locator(`.runs-row[data-run="${runs[index].id}"]`);
  const openTable = async (query = '') => {
    await session.page.goto(`${url}/p/${project}/runs${query}`);
    await row(0).waitFor();
  };
  const edit = async (index, name) => {
    await row(index).hover();
    await row(index).getByRole('button', { name }).click();
  };
  const undo = () => session.page.getByRole('region', { name: 'Notes' }).getByRole('button', { name: 'Undo' }).last().click();
  const tagsOf = (index) => row(index).locator('.tag').allTextContents();

  before(async () => {
    runs = [];
    for (const [index, name] of kRuns.entries()) {
      const run = await startLogging({
        program: process.env.TRACKER_CLI, url, project, name, config: { lr: 10 ** -index, model: index === 0 ? 'tiny' : 'base' },
        options: ['--tags', index === 0 ? 'baseline,old' : 'old', '--no-system-metrics'],
      });
      run.log(Array.from({ length: 60 }, (_, step) => ({ step, loss: 1 / (step + 1 + index) })));
      await run.finish();
      runs.push({ id: run.id, name });
    }
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(() => session?.browser.close());

  test('a run is renamed in the table, and named back', async () => {
    const { page, picture } = session;
    await openTable();
    await edit(0, 'Rename first');
    const box = page.getByRole('textbox', { name: 'Name of first' });
    await box.fill('  ');
    await page.getByText('A run needs a name.').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Save' }).isDisabled());
    await assertAccessible(page, 'a name that cannot be');
    await box.fill('the one');
    await picture('edit_name');
    await box.press('Enter');
    await row(0).getByRole('link', { name: 'the one' }).waitFor();
    await page.getByText('Name of first changed').waitFor();
    assert.equal((await stored(0)).name, 'the one');
    await undo();
    await row(0).getByRole('link', { name: 'first' }).waitFor();
    await page.getByText('Name of first as before').waitFor();
    assert.equal((await stored(0)).name, 'first');
    quiet();
  });

  test('it is seen before the server answers, and what it refuses goes back with a word', async () => {
    const { page, problems } = session;
    await openTable();
    let refuse;
    const held = new Promise((resolve) => (refuse = resolve));
    await page.route('**/api/v1/runs/*', async (route) => {
      if (route.request().method() !== 'PATCH') return route.continue();
      await held;
      return route.fulfill({ status: 403, contentType: 'application/json', body: '{"error":{"code":"permission_denied","message":"only writers may"}}' });
    });
    await edit(1, 'Rename second');
    await page.getByRole('textbox', { name: 'Name of second' }).fill('not to be');
    await page.keyboard.press('Enter');
    await row(1).getByRole('link', { name: 'not to be' }).waitFor();
    refuse();
    await page.getByText('Name of second not changed: only writers may').waitFor();
    await row(1).getByRole('link', { name: 'second' }).waitFor();
    await page.unroute('**/api/v1/runs/*');
    // The browser itself tells the console of the 403.
    problems.splice(0, problems.length, ...problems.filter((text) => !text.includes('403')));
    quiet();
  });

  test('Escape leaves all as it was, and gives the focus back', async () => {
    const { page } = session;
    await openTable();
    await row(0).getByRole('link', { name: 'first' }).focus();
    await page.keyboard.press('t');
    const box = page.getByRole('combobox', { name: 'Add tags to first' });
    await box.fill('never');
    await page.keyboard.press('Escape');
    await box.waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'first');
    assert.deepEqual(await tagsOf(0), ['baseline', 'old']);
    quiet();
  });

  test('tags of several runs: given to all, taken from all, and back', async () => {
    const { page, picture } = session;
    await openTable();
    await page.getByRole('checkbox', { name: 'Select all listed runs' }).check();
    await page.getByRole('button', { name: 'Tags', exact: true }).click();
    await page.getByRole('button', { name: 'Give baseline to all' }).getByText('1 of 3').waitFor();
    await page.getByRole('button', { name: 'Give baseline to all' }).click();
    await page.getByRole('button', { name: 'Take old away' }).click();
    await page.getByRole('combobox', { name: 'Add tags to 3 runs' }).fill('paper');
    await page.keyboard.press('Enter');
    await assertAccessible(page, 'tags of several runs');
    await picture('edit_tags');
    await page.keyboard.press('Enter');
    await page.getByText('Tags of 3 runs changed').waitFor();
    for (const index of kRuns.keys()) {
      assert.deepEqual((await tagsOf(index)).toSorted(), ['baseline', 'paper']);
      assert.deepEqual((await stored(index)).tags.toSorted(), ['baseline', 'paper']);
    }
    await undo();
    await page.getByText('Tags of 3 runs as before').waitFor();
    assert.deepEqual((await stored(0)).tags.toSorted(), ['baseline', 'old']);
    assert.deepEqual((await stored(1)).tags, ['old']);
    quiet();
  });

  test('several runs go into a group, out of the charts, and to the top', async () => {
    const { page } = session;
    await openTable('?cols=group');
    for (const index of [0, 1]) await page.getByRole('checkbox', { name: `Select ${kRuns[index]}` }).check();
    await page.getByRole('button', { name: 'Group', exact: true }).click();
    await page.getByRole('textbox', { name: 'Group of 2 runs' }).fill('pair');
    await page.keyboard.press('Enter');
    await page.getByText('Group of 2 runs changed').waitFor();
    await row(1).getByText('pair').waitFor();
    assert.equal((await stored(0)).group, 'pair');
    await page.getByRole('button', { name: 'Hide', exact: true }).click();
    await row(0).getByText('hidden').waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await page.getByRole('button', { name: 'Pin', exact: true }).click();
    assert.match(page.url(), new RegExp(`pin=(${runs[0].id.slice(0, 8)}|${runs[1].id.slice(0, 8)})`));
    assert.ok(!page.url().includes('hide='));
    quiet();
  });

  test('notes and tags are written on the run’s page, and another tab sees them', async () => {
    const { page, picture } = session;
    const other = await session.another();
    await other.goto(`${url}/p/${project}/runs?cols=notes`);
    await other.locator(`[data-run="${runs[2].id}"]`).waitFor();
    await other.locator('[data-live="open"]').waitFor();
    await page.goto(`${url}/runs/${runs[2].id}/overview`);
    await page.getByRole('button', { name: 'Add notes to third' }).click();
    const box = page.getByRole('textbox', { name: 'Notes of third' });
    await box.fill('worth a second look\n<b>at step 40</b>');
    await box.press('Control+Enter');
    await page.locator('.run-notes').getByText('<b>at step 40</b>').waitFor();
    await other.locator(`[data-run="${runs[2].id}"]`).getByText('worth a second look').waitFor({ timeout: 10_000 });
    await other.close();
    await assertAccessible(page, 'a run with notes');
    await picture('run_notes');
    assert.equal((await stored(2)).notes, 'worth a second look\n<b>at step 40</b>');
    quiet();
  });

  test('a run has the colour that was chosen for it, in list, table and address', async () => {
    const { page, picture } = session;
    await page.goto(`${url}/p/${project}`);
    await waitForPixels(page, 'loss', 60);
    const color = (where) => where.locator('.swatch line').first().getAttribute('stroke');
    const listed = page.locator(`.run-row[data-run="${runs[0].id}"]`);
    await listed.getByRole('button', { name: 'Colour of first' }).click();
    await assertAccessible(page, 'colours');
    await picture('edit_color');
    await page.getByRole('button', { name: 'Colour 5', exact: true }).click();
    const chosen = await color(listed);
    assert.equal(chosen, '#d551ff');
    assert.match(page.url(), new RegExp(`color=${runs[0].id.slice(0, 8)}.4`));
    await page.goto(page.url().replace(`/p/${project}`, `/p/${project}/runs`));
    await row(0).waitFor();
    assert.equal(await color(row(0)), chosen);
    await page.goto(`${url}/p/${project}?by=config.lr`);
    await page.locator('.scale-legend').getByText('0.01').waitFor();
    const colors = await Promise.all(runs.map((run) => color(page.locator(`.run-row[data-run="${run.id}"]`))));
    assert.equal(new Set(colors).size, 3, colors.join());
    await page.goto(`${url}/p/${project}?by=config.model`);
    await waitForPixels(page, 'loss', 60);
    assert.equal(await color(page.locator(`.run-row[data-run="${runs[1].id}"]`)), await color(page.locator(`.run-row[data-run="${runs[2].id}"]`)));
    quiet();
  });
});
