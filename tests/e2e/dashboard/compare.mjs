// The compare page: differences, plots and importance of a known sweep.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, openBrowser } from './browser.mjs';
import { logSweep } from './seeded.mjs';

const url = process.env.TRACKER_URL;
const project = `compare-${process.pid}`;

describe('compare', () => {
  let session;
  let runs;
  const quiet = () => assert.deepEqual(session.problems, [], 'console');
  const open = (query = '') => session.page.goto(`${url}/p/${project}/compare${query}`);

  before(async () => {
    runs = await logSweep({ program: process.env.TRACKER_CLI, url, project });
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(() => session?.browser.close());

  test('two runs side by side show what differs, and all when asked', async () => {
    const { page, picture } = session;
    const [a, b] = [runs[0], runs[3]];
    await open(`?runs=${a.id.slice(0, 8)},${b.id.slice(0, 8)}`);
    await page.getByRole('row', { name: /^learning_rate/ }).waitFor();
    const cells = page.getByRole('row', { name: /^learning_rate/ }).getByRole('cell');
    assert.deepEqual(await cells.allTextContents(), ['1e−5', '1e−4+9e−5']);
    assert.equal(await page.getByRole('row', { name: /^dtype/ }).count(), 0, 'equal everywhere');
    await assertAccessible(page, 'compare');
    await picture('compare_table');
    await page.getByRole('checkbox', { name: 'Only differences' }).uncheck();
    await page.getByRole('row', { name: /^dtype/ }).waitFor();
    assert.match(page.url(), /rows=all/);
    await page.getByRole('combobox', { name: 'Add a run' }).selectOption({ label: runs[6].name });
    await page.getByRole('columnheader', { name: runs[6].name }).waitFor();
    await page.getByRole('button', { name: `Take ${a.name} out` }).click();
    await page.getByRole('columnheader', { name: a.name, exact: true }).waitFor({ state: 'detached' });
    quiet();
  });

  test('a scatter names the run under the pointer and opens it', async () => {
    const { page, picture } = session;
    await open('?view=scatter&px=config.seed&py=summary.eval%2Faccuracy');
    const canvas = page.locator('.canvas-plot');
    await canvas.waitFor();
    await page.getByText(`${runs.length} of ${runs.length} runs`).waitFor();
    await picture('compare_scatter');
    await assertAccessible(page, 'scatter');
    // Seed 1 of the better model stands in the upper left corner.
    await canvas.hover({ position: { x: 66, y: 14 } });
    await page.locator('.plot-reading strong', { hasText: /^base-.*-1$/ }).waitFor();
    await canvas.click({ position: { x: 66, y: 14 } });
    await page.locator('.run-header').waitFor();
    quiet();
  });

  test('a brush in the parallel coordinates becomes a clause of the query', async () => {
    const { page, picture } = session;
    await open('?view=parallel&axes=config.seed,config.learning_rate&py=summary.eval%2Faccuracy');
    const canvas = page.locator('.canvas-plot');
    const box = await canvas.boundingBox();
    await page.mouse.move(box.x + 14, box.y + 14);
    await page.mouse.down();
    await page.mouse.move(box.x + 14, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.getByText(`${runs.length / 3} of ${runs.length} runs`).waitFor();
    await assertAccessible(page, 'parallel coordinates');
    await picture('compare_parallel');
    await page.getByRole('button', { name: 'Filter by this' }).click();
    await page.locator('h1').getByText(`${runs.length / 3} runs`).waitFor();
    await page.locator('.compare-query').getByText('config.seed >= 3 and config.seed <= 3').waitFor();
    assert.match(decodeURIComponent(page.url()), /where=config\.seed\+>=\+3\+and\+config\.seed\+<=\+3/);
    quiet();
  });

  test('importance finds the parameter that the metric hangs on', async () => {
    const { page, picture } = session;
    await open('?view=importance&py=summary.eval%2Faccuracy');
    const first = page.locator('.importance tbody tr').first();
    await first.waitFor();
    assert.match(await first.textContent(), /^model(9\d|100) %/);
    await assertAccessible(page, 'importance');
    await picture('compare_importance');
    quiet();
  });

  test('in the dark theme it is as accessible, and on a phone it fits', async () => {
    const { page, picture } = session;
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    for (const view of ['table', 'scatter', 'parallel', 'importance']) {
      await open(`?view=${view}`);
      await page.locator('.diff, .canvas-plot, .importance').first().waitFor();
      await assertAccessible(page, `${view}, dark`);
      await picture(`compare_${view}_dark`);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await open('?view=scatter');
    await page.locator('.canvas-plot').waitFor();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide`);
    quiet();
  });
});
