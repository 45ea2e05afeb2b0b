// Charts of many runs: axes, smoothing, groups, scales, clipping, files. The numbers on the screen are checked against
// what was logged.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, dragAcross, openBrowser, waitForPixels } from './browser.mjs';
import { kSeeds, kSteps, logSweep, lossAt, variants } from './seeded.mjs';

const url = process.env.TRACKER_URL;
const project = `charts-${process.pid}`;
const kLines = variants().length;

describe('charts', () => {
  let session;
  const panel = (key = 'train/loss') => session.page.locator(`[data-key="${key}"]`);
  const quiet = () => assert.deepEqual(session.problems, [], 'console');
  const open = async (query = '') => {
    await session.page.goto(`${url}/p/${project}${query}`);
    await waitForPixels(session.page, 'train/loss', 200);
  };
  const series = (matches) => session.page.waitForRequest(
    (request) => request.url().endsWith('/api/v1/series') && matches(request.postDataJSON()));
  async function saved(form) {
    await panel().hover();
    await panel().getByRole('button', { name: 'Export train/loss' }).click();
    const waiting = session.page.waitForEvent('download');
    await panel().getByRole('button', { name: form }).click();
    const file = await waiting;
    return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
  }

  before(async () => {
    await logSweep({ program: process.env.TRACKER_CLI, url, project });
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(() => session?.browser.close());

  test('another metric as x: drawn, said, zoomed in its unit, and kept in the address', async () => {
    const { page, picture } = session;
    await open();
    const asked = series((body) => body.x?.metric === 'tokens');
    await page.getByRole('combobox', { name: 'x axis' }).selectOption('metric:tokens');
    await asked;
    await waitForPixels(page, 'train/loss', 200);
    await panel().locator('.panel-foot').getByText('tokens').waitFor();
    assert.match(page.url(), /x=metric%3Atokens/);
    const zoomed = series((body) => body.x?.metric === 'tokens' && body.from !== null);
    await dragAcross(page, 'train/loss', 0.25, 0.5);
    const { from, to } = (await zoomed).postDataJSON();
    const most = (kSteps - 1) * 512;
    assert.ok(Math.abs(from - most * 0.25) < most * 0.02 && Math.abs(to - most * 0.5) < most * 0.02, `${from} to ${to} tokens`);
    await picture('charts_metric_x');
    await page.getByRole('combobox', { name: 'x axis' }).selectOption('');
    assert.ok(!/[?&](x|z)=/.test(page.url()), 'another axis leaves the zoom behind');
    quiet();
  });

  test('each kind of smoothing is made by the server where the picture is bucketed', async () => {
    const { page, picture } = session;
    for (const kind of ['twema', 'gaussian', 'mean']) {
      await open();
      const asked = series((body) => body.smoothing?.kind === kind);
      await page.getByRole('combobox', { name: 'Kind of smoothing' }).selectOption(kind);
      await asked;
      assert.match(page.url(), new RegExp(`sm=${kind}`));
    }
    await page.getByRole('slider', { name: 'Smoothing' }).press('Home');
    assert.ok(!page.url().includes('sm='), 'the left end is off');
    await open('?sm=0.9');
    await picture('charts_smoothed');
    quiet();
  });

  test('runs with equal values are one line, its band and its runs are those of all of them', async () => {
    const { page, picture } = session;
    await open();
    const asked = series((body) => body.groups?.length === 4);
    await page.getByRole('combobox', { name: 'Group runs by' }).selectOption({ label: 'all but seed (learning_rate, model)' });
    const body = (await asked).postDataJSON();
    assert.deepEqual(body.groups.map((group) => group.runs.length), [kSeeds, kSeeds, kSeeds, kSeeds]);
    assert.deepEqual(body.runs, []);
    await panel().getByText('4 groups of 12 runs').waitFor();
    await page.getByRole('status').getByText('4 groups of 12 runs').waitFor();
    await page.getByRole('combobox', { name: 'Line and band of a group' }).selectOption('median');
    assert.match(page.url(), /band=median/);
    await waitForPixels(page, 'train/loss', 200);
    await assertAccessible(page, 'grouped charts');
    await picture('charts_grouped');

    const { bytes } = await saved('CSV');
    const [head, ...rows] = bytes.toString().trim().split('\r\n').map((line) => line.split(','));
    assert.deepEqual(head, ['group', 'step', 'train/loss', 'step (last)', 'low', 'high', 'runs']);
    // Behind the outliers: each cell's median lies between the lowest and the highest run that there can be.
    const late = rows.filter((row) => /1e.5 · tiny/.test(row[0]) && Number(row[1]) > 800);
    assert.ok(late.length > 20, `${late.length} cells`);
    for (const [, from, median, last, low, high, runs] of late.map((row) => row.map(Number))) {
      assert.equal(runs, kSeeds);
      assert.ok(low <= median && median <= high);
      const bound = (step, noise) => lossAt({ lr: 0.00001, seed: 1 }, step) + noise;
      assert.ok(median > bound(last, -0.05) && median < bound(from, 0.05), `${median} between steps ${from} and ${last}`);
    }
    quiet();
  });

  test('many lines come as a picture, and what is read of them is exact', async () => {
    const { page } = session;
    const pictured = series((body) => body.height !== null && body.runs.length === kLines);
    await open();
    const picture = (await pictured).postDataJSON();
    assert.ok(picture.height >= 150 && picture.width <= 300, `${picture.width} x ${picture.height} for ${kLines} lines`);
    const read = series((body) => body.height === null);
    await panel().locator('.u-over').hover({ position: { x: 120, y: 60 } });
    const exact = (await read).postDataJSON();
    assert.deepEqual([exact.keys, exact.runs.length], [['train/loss'], kLines]);
    assert.ok(exact.width >= picture.width * 2, `${exact.width} pixels are read, ${picture.width} drawn`);
    await page.locator('.tip-row').first().waitFor();
    // A logarithm shows more than a level of the picture.
    const sharp = series((body) => body.height === null && body.width === picture.width);
    await panel().getByRole('button', { name: /^log:/ }).click();
    await sharp;
    quiet();
  });

  test('a panel over several keys is typed, drawn, kept in the address and taken away', async () => {
    const { page, picture } = session;
    await open();
    await page.getByRole('button', { name: 'Add a panel over several keys' }).click();
    const box = page.getByRole('combobox', { name: 'Expression over keys' });
    await box.fill('train/loss - ');
    await page.getByText('At character 14: something is missing at the end.').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Add panel' }).isDisabled());
    await box.fill('train/loss - eval/accuracy');
    await assertAccessible(page, 'expression');
    await box.press('Enter');
    await waitForPixels(page, '=train/loss - eval/accuracy', 100);
    assert.match(page.url(), /ex=train%252Floss/);
    await picture('charts_expression');
    const made = page.locator('[data-key="=train/loss - eval/accuracy"]');
    await made.hover();
    await made.getByRole('button', { name: 'Remove train/loss - eval/accuracy' }).click();
    await made.waitFor({ state: 'detached' });
    quiet();
  });

  test('names of lines come from a template', async () => {
    const { page } = session;
    await open();
    await page.getByRole('button', { name: 'Chart display' }).click();
    await page.getByRole('textbox', { name: 'Names of lines' }).fill('${config.model} seed ${config:seed}');
    await page.keyboard.press('Escape');
    await panel().hover();
    await page.getByRole('button', { name: 'Show train/loss as a table' }).click();
    await panel().getByRole('rowheader', { name: 'tiny seed 2' }).first().waitFor();
    quiet();
  });

  test('clipping says what it hides, and both axes can be logarithmic', async () => {
    const { page, picture } = session;
    await open('?clip=1&lx=1&log=train%2Floss');
    await panel().locator('.panel-clipped').getByText(`${kLines} values above`).waitFor();
    await assertAccessible(page, 'clipped charts');
    await picture('charts_clipped_log');
    quiet();
  });

  test('the y scale goes through linear, logarithmic and symlog, by button and by key', async () => {
    const { page } = session;
    const kept = (name) => page.waitForURL((address) => decodeURIComponent(address.searchParams.get(name) ?? '') === 'train/loss');
    await open('?sc=0.1');
    await panel().locator('.line-chart').focus();
    await page.keyboard.press('l');
    await kept('log');
    await page.keyboard.press('l');
    await kept('symlog');
    await page.getByRole('group', { name: /^train\/loss.*The y axis is symlog, constant 0\.1/ }).waitFor();
    await assertAccessible(page, 'a symlog chart');
    await panel().getByRole('button', { name: /^symlog: y axis of train\/loss/ }).click();
    await page.waitForURL((address) => !address.search.includes('log'));
    quiet();
  });

  test('a panel can be had as PNG, SVG and CSV', async () => {
    const { page } = session;
    await open();
    const png = await saved('PNG');
    assert.equal(png.name, 'train_loss.png');
    assert.equal(png.bytes.subarray(1, 4).toString(), 'PNG');
    assert.equal(png.bytes.readUInt32BE(16), 1800);
    const svg = (await saved('SVG')).bytes.toString();
    const read = await page.evaluate((text) => {
      const parsed = new DOMParser().parseFromString(text, 'image/svg+xml');
      return { failed: parsed.querySelector('parsererror') !== null, title: parsed.querySelector('title')?.textContent, lines: parsed.querySelectorAll('g[clip-path] > g').length };
    }, svg);
    assert.deepEqual(read, { failed: false, title: 'train/loss', lines: kLines });
    await page.goto(`${url}/p/${project}?keys=accuracy`);
    await waitForPixels(page, 'eval/accuracy', 20);
    await page.locator('[data-key="eval/accuracy"]').hover();
    await page.getByRole('button', { name: 'Export eval/accuracy' }).click();
    const waiting = page.waitForEvent('download');
    await page.getByRole('button', { name: 'CSV' }).click();
    const rows = (await readFile(await (await waiting).path())).toString().trim().split('\r\n');
    assert.equal(rows.length, 1 + kLines * (kSteps / 100));
    assert.ok(rows.includes('tiny-0.0001-1,400,0.6'), rows[5]);
    quiet();
  });

  test('a chart answers the keyboard', async () => {
    const { page } = session;
    await open();
    await panel().locator('.line-chart').focus();
    await page.keyboard.press('+');
    await page.locator('[data-tool="reset-zoom"]').waitFor();
    await page.keyboard.press('ArrowRight');
    await panel().locator('.panel-foot').getByText(/step \d/).waitFor();
    await page.keyboard.press('0');
    await page.locator('[data-tool="reset-zoom"]').waitFor({ state: 'detached' });
    quiet();
  });
});
