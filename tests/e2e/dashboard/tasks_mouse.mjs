// What readers come for, done with the pointer alone, from the list of projects on.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, dragAcross, openBrowser, waitForPixels } from './browser.mjs';
import { kBest, kFailed, kRates, kSeeds, project, startTalking, talkProject, tasksWorld } from './tasks_world.mjs';

const url = process.env.TRACKER_URL;

describe('tasks by mouse', () => {
  let session;
  let runs;
  const quiet = () => assert.deepEqual(session.problems, [], 'console');
  const rail = (name) => session.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name }).click();
  const open = async (where, name = project) => {
    const { page } = session;
    await page.goto(url);
    await page.locator('a.project-row', { hasText: name }).click();
    await rail(where);
  };
  const rows = () => session.page.locator('.runs-row[data-run]');
  const tick = (name) => session.page.getByRole('checkbox', { name: `Select ${name}` }).check();

  before(async () => {
    runs = await tasksWorld();
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(() => session?.browser.close());

  test('find the best run', async () => {
    const { page } = session;
    await open('Runs');
    await page.getByTitle('eval/accuracy: sort').click();
    await rows().first().getByRole('link', { name: kBest }).waitFor();
    quiet();
  });

  test('see why it is better', async () => {
    const { page } = session;
    await rows().first().getByRole('link', { name: kBest }).click();
    await page.getByRole('link', { name: 'Diff' }).click();
    const worst = runs.find((run) => run.rate === kRates[1] && run.seed === 3);
    await page.getByRole('combobox', { name: 'Run to compare with' }).selectOption({ label: worst.name });
    await page.getByRole('row', { name: /^rate/ }).waitFor();
    assert.equal(await page.getByRole('row', { name: /^(seed|dtype)/ }).count(), 0, 'what is equal is left out');
    await rail('Compare');
    await page.getByRole('button', { name: 'Parameter importance' }).click();
    await page.locator('.importance tbody tr').first().getByText('rate', { exact: true }).waitFor();
    quiet();
  });

  test('compare two runs', async () => {
    const { page } = session;
    await open('Runs');
    await tick(runs[0].name);
    await tick(runs[4].name);
    await page.getByRole('button', { name: 'Compare' }).click();
    for (const run of [runs[0], runs[4]]) await page.getByRole('columnheader', { name: run.name }).waitFor();
    assert.equal(await page.getByRole('columnheader').count(), 3);
    quiet();
  });

  test('filter by a parameter', async () => {
    const { page } = session;
    await open('Runs');
    await page.getByRole('combobox', { name: 'Run query' }).click();
    await page.keyboard.type('config.rat');
    await page.getByRole('option', { name: /^config\.rate/ }).click();
    await page.keyboard.type(' = ');
    await page.getByRole('option', { name: /^0\.001/ }).click();
    await page.locator('.runs-tools h1').getByText(`${kSeeds.length} of ${runs.length + 1}`).waitFor();
    quiet();
  });

  test('group by seed', async () => {
    const { page, picture } = session;
    await open('Charts');
    await page.getByRole('combobox', { name: 'Group runs by' }).selectOption({ label: 'rate' });
    await page.getByRole('status').getByText(`${kRates.length + 1} groups of ${runs.length + 1} runs`).waitFor();
    await waitForPixels(page, 'train/loss', 100);
    await picture('task_group');
    quiet();
  });

  test('smooth', async () => {
    const { page } = session;
    await open('Charts');
    await waitForPixels(page, 'train/loss', 100);
    await page.getByRole('slider', { name: 'Smoothing' }).click();
    await page.locator('.smoothing output', { hasText: '0.' }).waitFor();
    assert.match(page.url(), /sm=0\./);
    quiet();
  });

  test('zoom, and share what is seen', async () => {
    const { page } = session;
    await open('Charts');
    await waitForPixels(page, 'train/loss', 100);
    await dragAcross(page, 'train/loss', 0.25, 0.5);
    await page.getByRole('button', { name: 'Reset zoom' }).waitFor();
    await page.getByRole('button', { name: 'Copy a link to this view' }).click();
    await page.getByRole('status').getByText('Copied').waitFor({ state: 'attached' });
    const shared = await session.clipboard();
    assert.equal(shared, page.url());
    const other = await session.another();
    const asked = other.waitForRequest((request) => request.url().endsWith('/api/v1/series'));
    await other.goto(shared);
    const { from, to } = (await asked).postDataJSON();
    assert.ok(from > 80 && from < 120 && to > 180 && to < 220, `${from} to ${to}`);
    await other.getByRole('button', { name: 'Reset zoom' }).waitFor();
    await other.close();
    quiet();
  });

  test('follow the log of a run that goes on', async () => {
    const { page } = session;
    const talking = await startTalking(talkProject, 'talks-to-the-mouse');
    for (let line = 1; line <= 100; line++) talking.say(`line ${line}`);
    await open('Runs', talkProject);
    await page.getByRole('link', { name: 'talks-to-the-mouse' }).click();
    await page.getByRole('link', { name: 'Logs' }).click();
    await page.getByText('line 100', { exact: true }).waitFor({ timeout: 20_000 });
    await page.locator('.logs-lines').hover();
    await page.mouse.wheel(0, -900);
    const follow = page.getByRole('button', { name: 'To the end' });
    await follow.waitFor();
    talking.say('what came meanwhile');
    await page.getByRole('status').getByText('101 lines').waitFor({ timeout: 20_000 });
    await follow.click();
    await page.getByText('what came meanwhile', { exact: true }).waitFor();
    talking.say('and more');
    await page.getByText('and more', { exact: true }).waitFor({ timeout: 20_000 });
    await talking.end();
    quiet();
  });

  test('delete a run that failed, and bring it back', async () => {
    const { page, picture } = session;
    await open('Runs');
    await page.getByRole('searchbox', { name: /Filter runs/ }).fill('state:failed');
    await tick(kFailed);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByText(`${kFailed} was deleted`).waitFor();
    await page.getByText('No run matches').waitFor();
    await assertAccessible(page, 'a deleted run');
    await picture('task_deleted');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: kFailed }).waitFor();
    quiet();
  });
});
