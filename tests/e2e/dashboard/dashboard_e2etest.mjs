// The dashboard in a real browser on a running server:
//   TRACKER_URL=http://… TRACKER_CLI=path/to/tracker [TRACKER_PROJECT=name] [SCREENSHOTS=folder] node --test FILE
// A run is logged beside it with `tracker log`, so every number on the screen is known.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, dragAcross, openBrowser, waitForPixels } from './browser.mjs';
import { startLogging } from './logger.mjs';
import './charts.mjs';
import './compare.mjs';
import './table.mjs';
import './shell.mjs';
import './logs.mjs';

const url = process.env.TRACKER_URL;
const program = process.env.TRACKER_CLI;
const project = process.env.TRACKER_PROJECT ?? 'dashboard-e2e';
const name = `<img src=x onerror=alert(1)> ${process.pid}`;
const kRows = 4000;
const lossAt = (step) => 0.2 + 0.6 * Math.exp(-step / 900) + 0.05 * Math.sin(step * 12.9898);

let run;
let session;

before(async () => {
  assert.ok(url, 'TRACKER_URL must name a running server');
  assert.ok(program, 'TRACKER_CLI must name the tracker program');
  run = await startLogging({ program, url, project, name, config: { learning_rate: 0.00005, model: 'tiny' } });
  run.log(Array.from({ length: kRows }, (_, step) => ({
    step, 'train/loss': step === 2000 ? 'NaN' : lossAt(step), ...(step % 400 === 0 ? { 'eval/accuracy': 0.5 + step / 10_000 } : {}),
  })));
  await untilStored(kRows);
  session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
});

after(async () => {
  await session?.browser.close();
});

// What is sent lies in the server: the tests begin from there.
async function untilStored(count) {
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await fetch(`${url}/api/v1/runs/${run.id}/keys`);
    const keys = answer.ok ? (await answer.json()).keys : [];
    if (keys.some((key) => key.key === 'train/loss' && key.count >= count)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`the server does not have ${count} rows of the run`);
}

const honesty = (key) => session.page.locator(`[data-key="${key}"] .panel-honesty`);
const quiet = () => assert.deepEqual(session.problems, [], 'console');

test('the projects page lists the project and that it is running', async () => {
  const { page, picture } = session;
  await page.goto(url);
  const row = page.locator('a.project-row', { hasText: project });
  await row.waitFor();
  await row.getByText('running').waitFor();
  await assertAccessible(page, 'projects');
  await picture('projects');
  quiet();
});

test('the runs table shows the run, its state and its values, as text', async () => {
  const { page, picture } = session;
  await page.goto(`${url}/p/${project}/runs`);
  const row = page.locator(`[data-run="${run.id}"]`);
  await row.waitFor();
  assert.equal(await row.getAttribute('data-state'), 'running');
  assert.equal(await row.locator('.run-link').textContent(), name);
  await assertAccessible(page, 'runs table');
  await picture('runs');
  await page.getByRole('searchbox', { name: /Filter runs/ }).fill('no such run anywhere');
  await page.getByText('No run matches').waitFor();
  await page.getByRole('button', { name: 'Clear the filter' }).click();
  await row.waitFor();
  await page.getByRole('button', { name: 'name: sort' }).or(page.getByTitle('name: sort')).first().click();
  assert.match(page.url(), /sort=name/);
  quiet();
});

test('the workspace draws the runs together and hides one by its eye', async () => {
  const { page, picture } = session;
  await page.goto(`${url}/p/${project}`);
  await waitForPixels(page, 'train/loss', 200);
  await assertAccessible(page, 'workspace');
  await picture('workspace');
  const row = page.locator(`.run-row[data-run="${run.id}"]`);
  const eye = row.getByRole('button', { name: /^Draw/ });
  await eye.click();
  assert.equal(await eye.getAttribute('aria-pressed'), 'false');
  assert.match(page.url(), /hide=/);
  await eye.click();
  await row.hover();
  await row.getByRole('button', { name: /^Pin/ }).click();
  assert.match(page.url(), new RegExp(`pin=${run.id.slice(0, 8)}`));
  await row.getByRole('button', { name: /^Pin/, pressed: true }).click();
  quiet();
});

test('the run page paints exact buckets, and every point after a zoom', async () => {
  const { page, picture } = session;
  await page.goto(`${url}/runs/${run.id}`);
  await waitForPixels(page, 'train/loss', 500);
  await waitForPixels(page, 'eval/accuracy', 20);
  await honesty('train/loss').getByText('bucketed · 4,000').waitFor();
  await assertAccessible(page, 'run charts');
  await picture('run_charts');

  const asked = page.waitForRequest((request) => request.url().endsWith('/api/v1/series') && request.postDataJSON().from !== null);
  await dragAcross(page, 'train/loss', 0.48, 0.54);
  const { from, to } = (await asked).postDataJSON();
  assert.ok(from > 1700 && to < 2400 && from < to, `the zoom asks for what was dragged: ${from} to ${to}`);
  await honesty('train/loss').getByText('raw').waitFor();
  await waitForPixels(page, 'train/loss', 200);
  await picture('run_zoomed');

  await page.locator('[data-key="train/loss"] .u-over').dblclick();
  await honesty('train/loss').getByText('bucketed').waitFor();
  assert.ok(!page.url().includes('z='), 'the zoom has left the address');
  quiet();
});

test('the chart can be read as a table', async () => {
  const { page } = session;
  await page.locator('[data-key="eval/accuracy"]').hover();
  await page.getByRole('button', { name: 'Show eval/accuracy as a table' }).click();
  const cells = page.locator('[data-key="eval/accuracy"] tbody td');
  await cells.first().waitFor();
  assert.deepEqual(await cells.allTextContents(), ['0.86', '0.5', '0.86', '10']);
  await page.getByRole('button', { name: 'Show eval/accuracy as a table' }).click();
  quiet();
});

test('smoothing and a logarithmic axis are drawn and kept in the address', async () => {
  const { page, picture } = session;
  await page.goto(`${url}/runs/${run.id}?sm=0.9&log=train%2Floss`);
  await waitForPixels(page, 'train/loss', 300);
  assert.equal(await page.getByRole('slider', { name: /Smoothing/ }).inputValue(), '0.9');
  await picture('run_smoothed_log');
  quiet();
});

test('a point that is logged now arrives without a reload', async () => {
  const { page } = session;
  await page.goto(`${url}/runs/${run.id}`);
  await page.locator('[data-live="open"]').waitFor();
  await honesty('train/loss').waitFor();
  run.log([{ step: kRows, 'train/loss': 0.4242, 'fresh/key': 7 }]);
  await page.locator('[data-key="train/loss"] .panel-reading', { hasText: '0.4242' }).waitFor({ timeout: 10_000 });
  await page.locator('[data-key="fresh/key"]').waitFor({ timeout: 10_000 });
  quiet();
});

test('overview, system and logs stand', async () => {
  const { page, picture } = session;
  await page.goto(`${url}/runs/${run.id}/overview`);
  await page.getByText('learning_rate').first().waitFor();
  await assertAccessible(page, 'overview');
  await picture('run_overview');
  await page.goto(`${url}/runs/${run.id}/system`);
  await page.locator('.panel, .feedback').first().waitFor();
  await picture('run_system');
  await page.goto(`${url}/runs/${run.id}/logs`);
  await page.locator('.log-line, .feedback').first().waitFor();
  await assertAccessible(page, 'logs');
  await picture('run_logs');
  quiet();
});

test('the end of the run is seen live', async () => {
  const { page, picture } = session;
  await page.goto(`${url}/runs/${run.id}`);
  await page.locator('.run-header .state-running').waitFor();
  await page.locator('[data-live="open"]').waitFor();
  await run.finish();
  await page.locator('.run-header .state-finished').waitFor({ timeout: 30_000 });
  await picture('run_finished');
  quiet();
});

test('a run that is not there is said to be not there', async () => {
  const { page, problems } = session;
  await page.goto(`${url}/runs/00000000-0000-4000-8000-000000000000`);
  await page.getByText('There is no such run').waitFor();
  // The browser itself tells the console of the 404.
  problems.splice(0, problems.length, ...problems.filter((text) => !text.includes('404')));
  quiet();
});

test('the dark theme is as accessible', async () => {
  const { page, picture } = session;
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  for (const [where, path] of [['projects', '/'], ['workspace', `/p/${project}`], ['runs', `/p/${project}/runs`], ['run', `/runs/${run.id}`]]) {
    await page.goto(url + path);
    await page.locator('h1, .panel, .run-row').first().waitFor();
    if (where === 'workspace' || where === 'run') await waitForPixels(page, 'train/loss', 200);
    await assertAccessible(page, `${where}, dark`);
    await picture(`${where}_dark`);
  }
  quiet();
});

test('the page fits a phone', async () => {
  const { page, picture } = session;
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [where, path] of [['workspace', `/p/${project}`], ['run', `/runs/${run.id}`]]) {
    await page.goto(url + path);
    await waitForPixels(page, 'train/loss', 100);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${where}: ${overflow} px too wide`);
    await picture(`${where}_narrow`);
  }
  quiet();
});
