// What works on every page: search, keys, the way around; and the run's diff.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, openBrowser } from './browser.mjs';
import { logSweep } from './seeded.mjs';

const url = process.env.TRACKER_URL;
const project = `shell-${process.pid}`;

describe('shell', () => {
  let session;
  let runs;
  const quiet = () => assert.deepEqual(session.problems, [], 'console');

  before(async () => {
    runs = await logSweep({ program: process.env.TRACKER_CLI, url, project });
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(() => session?.browser.close());

  test('Ctrl K finds a run and a metric by name', async () => {
    const { page, picture } = session;
    await page.goto(`${url}/p/${project}/runs`);
    await page.locator('.run-link').first().waitFor();
    await page.keyboard.press('Control+k');
    const box = page.getByRole('combobox', { name: /Search projects/ });
    await box.fill(runs[4].name);
    const option = page.getByRole('option', { name: runs[4].name }).first();
    await option.waitFor();
    await assertAccessible(page, 'search');
    await picture('shell_search');
    await option.click();
    await page.locator('.run-header h1').getByText(runs[4].name).waitFor();
    await page.keyboard.press('Control+k');
    await box.fill('train/loss');
    await page.getByRole('option', { name: /metric.*train\/loss/ }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('dialog.full-panel h2').getByText('train/loss').waitFor();
    quiet();
  });

  test('keys go to the pages, and "?" tells of them', async () => {
    const { page, picture } = session;
    await page.goto(`${url}/p/${project}/runs`);
    await page.locator('.run-link').first().waitFor();
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await assertAccessible(page, 'help');
    await picture('shell_help');
    await page.keyboard.press('Escape');
    await page.locator('.help-sheet').waitFor({ state: 'detached' });
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Run query');
    await page.keyboard.press('Escape');
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.locator('.compare').waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.locator('a.project-row', { hasText: project }).waitFor();
    quiet();
  });

  test('a run says how it differs from another', async () => {
    const { page, picture } = session;
    await page.goto(`${url}/runs/${runs[3].id}/diff?with=${runs[0].id}`);
    const row = page.getByRole('row', { name: /^learning_rate/ });
    await row.waitFor();
    assert.deepEqual(await row.getByRole('cell').allTextContents(), ['1e−5', '1e−4+9e−5']);
    await assertAccessible(page, 'run diff');
    await picture('run_diff');
    quiet();
  });
});
