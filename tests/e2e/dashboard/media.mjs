// Media in the browser: pictures, tables, histograms, texts, sound and film of a run and of several, what an evaluation
// found, and what hostile contents do: nothing.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, openBrowser } from './browser.mjs';
import { folderOf, logMedia, png, until, wav, webm } from './samples.mjs';

const url = process.env.TRACKER_URL;
const project = `media-${process.pid}`;
const markup = '<img src=x onerror=alert(1)>';
const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>';
const kSteps = [0, 100, 200, 300, 400];
const kBins = 20;
const kTableRows = 35;

// Of step s: bins of [-1 - s/400, 1 + s/400], all counts known.
function histogramAt(step) {
  const reach = 1 + step / 400;
  const edges = Array.from({ length: kBins + 1 }, (_, i) => -reach + (2 * reach * i) / kBins);
  return { edges, counts: Array.from({ length: kBins }, (_, i) => Math.round(100 * Math.exp(-(((i - 9.5) / 4) ** 2)))) };
}

const kSummary = {
  'eval/classes': ['negative', markup, 'positive'],
  'eval/confusion_matrix': [[50, 8, 2], [5, 30, 5], [1, 9, 90]],
  'eval/per_class': [{ class: 'negative', precision: 0.893, recall: 0.833, f1: 0.862, support: 60 }, { class: markup, precision: 0.638, recall: 0.75, f1: 0.69, support: 40 },
    { class: 'positive', precision: 0.928, recall: 0.9, f1: 0.914, support: 100 }],
  'eval/worst_errors': [{ row: 17, label: 'positive', predicted: 'negative', probability: 0.998, loss: 6.2, text: `not a ${markup} film` }, { row: 3, label: 'negative', predicted: 'positive', probability: 0.91, loss: 2.4, text: 'b' }],
};

describe('media', () => {
  let session;
  let run;
  let plain;
  const quiet = () => assert.deepEqual(session.problems, [], 'console');
  const panel = (key) => session.page.locator(`[data-media="${key.replaceAll('"', '\\"')}"]`);
  // A panel reads what it shows once it is near the window.
  const show = async (key) => {
    await panel(key).scrollIntoViewIfNeeded();
    await panel(key).locator('.media-foot').waitFor();
  };
  const open = async (path, key) => {
    await session.page.goto(url + path);
    await show(key);
  };

  async function linesOf(film, shade) {
    const pictures = Object.fromEntries(kSteps.map((step) => [`at${step}.png`, png(32, 32, (x, y) => [(x * 8 + step) % 256, (y * 8) % 256, shade])]));
    const folder = await folderOf({ ...pictures, 'tone.wav': wav(440), 'film.webm': film });
    const medium = (key, type, contentType, step, content) => ({ key, type, content_type: contentType, step, ...content });
    return [
      ...kSteps.flatMap((step) => [
        { values: { loss: 1 / (step + 1) }, step },
        medium('samples/input', 'image', 'image/png', step, { file: join(folder, `at${step}.png`), description: { caption: `picture of step ${step}` } }),
        medium('weights/layer0', 'histogram', 'application/json', step, { text: JSON.stringify(histogramAt(step)), description: { nan: 2, infinite: 0 } }),
        medium('samples/answer', 'text', 'text/plain', step, { text: `step ${step}: ${markup}\nsecond line` }),
      ]),
      medium('samples/predictions', 'table', 'application/json', 400, { text: JSON.stringify({
        columns: ['text', 'score'], data: [Array.from({ length: kTableRows }, (_, i) => `row ${i} ${markup}`), Array.from({ length: kTableRows }, (_, i) => (i * 3) % kTableRows)] }) }),
      medium('samples/tone', 'audio', 'audio/wav', 400, { file: join(folder, 'tone.wav') }),
      medium('samples/film', 'video', 'video/webm', 400, { file: join(folder, 'film.webm') }),
      medium('hostile/drawing', 'image', 'image/svg+xml', 400, { text: svg }),
      medium('hostile/page', 'html', 'text/html', 400, { text: '<script>alert(1)</script>' }),
      medium(`hostile/${markup}`, 'text', 'text/plain', 400, { text: 'a key of markup' }),
      medium('hostile/no_table', 'table', 'application/json', 400, { text: '{"columns": 7}' }),
      { summary: kSummary },
    ];
  }

  before(async () => {
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
    const film = await webm(session.page);
    const logged = { program: process.env.MEDIA_LOGGER, url, project };
    run = await logMedia({ ...logged, name: 'first', lines: await linesOf(film, 40) });
    await logMedia({ ...logged, name: 'second', lines: await linesOf(film, 200) });
    plain = await logMedia({ ...logged, name: 'plain', lines: [{ values: { loss: 1 }, step: 0 }] });
    await until('media of the run', async () => (await (await fetch(`${url}/api/v1/media-keys?runs=${run}`)).json()).keys.length === 10);
    await until('summary of the run', async () => (await (await fetch(`${url}/api/v1/runs/${run}`)).json()).summary['eval/classes']);
  });
  after(() => session?.browser.close());

  test('pictures follow one step slider, and the address keeps it', async () => {
    const { page, picture } = session;
    await open(`/runs/${run}/media`, 'samples/input');
    const image = panel('samples/input').locator('img');
    assert.equal(await image.getAttribute('alt'), 'picture of step 400');
    assert.equal(await image.evaluate((one) => one.decode().then(() => one.naturalWidth)), 32);
    await assertAccessible(page, 'media of a run');
    await picture('media');
    const slider = panel('samples/input').getByRole('slider', { name: 'Step of samples/input' });
    await slider.focus();
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await panel('samples/input').getByAltText('picture of step 200').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('step'), '200');
    await show('samples/answer');
    await panel('samples/answer').getByText('step 200:').waitFor();
    await page.getByRole('button', { name: 'Next step of samples/input' }).click();
    await panel('samples/answer').getByText('step 300:').waitFor();
    await page.reload();
    await show('samples/input');
    await panel('samples/input').getByAltText('picture of step 300').waitFor();
    await page.getByRole('button', { name: /show the latest/ }).click();
    await panel('samples/input').getByAltText('picture of step 400').waitFor();
    quiet();
  });

  test('a table is sorted and paged, and its texts are texts', async () => {
    const { picture } = session;
    await open(`/runs/${run}/media`, 'samples/predictions');
    const table = panel('samples/predictions');
    const first = table.locator('tbody tr').first();
    await table.getByTitle('score: sort').click();
    await table.getByTitle('score: sort').click();
    assert.equal(await first.locator('td').nth(1).textContent(), String(kTableRows - 1));
    assert.match(await first.locator('td').first().textContent(), /^row \d+ <img src=x/);
    await table.getByText(`1–10 of ${kTableRows} rows`).waitFor();
    await table.getByRole('button', { name: /^Next rows/ }).click();
    await table.getByText(`11–20 of ${kTableRows} rows`).waitFor();
    await show('hostile/no_table');
    await panel('hostile/no_table').getByText('columns').waitFor();
    await picture('media_table');
    quiet();
  });

  test('histograms are a picture over the steps, and exact counts', async () => {
    const { page, picture } = session;
    await open(`/runs/${run}/media`, 'weights/layer0');
    const heat = panel('weights/layer0');
    await heat.getByRole('img', { name: /over 5 steps, 0 to 400, values from −2 to 2/ }).waitFor();
    const painted = await until('painted cells', () => heat.locator('canvas').evaluate((canvas) => {
      // From a copy: of a canvas that is read again and again Chromium says in the console that it would rather not be.
      const { width, height } = canvas;
      const copy = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', { willReadFrequently: true });
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, width, height);
      let count = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) count += 1;
      return count;
    }));
    assert.ok(painted > 5000, `${painted} pixels`);
    const { counts, edges } = histogramAt(400);
    const total = counts.reduce((a, b) => a + b, 0);
    await heat.getByText(`${total} values at step 400, 2 NaN`).click();
    const rows = heat.locator('tbody tr');
    await rows.first().waitFor();
    await heat.getByRole('combobox', { name: /^Rows of/ }).selectOption('25');
    assert.deepEqual(await rows.evaluateAll((all) => all.map((row) => Number(row.lastElementChild.textContent))), counts);
    assert.equal(await rows.first().locator('td').first().getAttribute('title'), String(edges[0]));
    await assertAccessible(page, 'a histogram with its counts');
    await picture('media_histogram');
    await heat.locator('canvas').click({ position: { x: 5, y: 40 } });
    await heat.getByText(/values at step 0,/).waitFor();
    quiet();
  });

  test('sound and film play in the browser’s own controls', async () => {
    const { picture } = session;
    await open(`/runs/${run}/media`, 'samples/tone');
    const duration = await until('sound', () => panel('samples/tone').locator('audio').evaluate((audio) => audio.duration || 0));
    assert.ok(Math.abs(duration - 1) < 0.01, `${duration} s`);
    await show('samples/film');
    assert.equal(await until('film', () => panel('samples/film').locator('video').evaluate((video) => video.videoWidth)), 64);
    await picture('media_sound');
    quiet();
  });

  test('what could be a program is not shown, nor is it when its address is opened', async () => {
    const { page, picture } = session;
    await open(`/runs/${run}/media`, 'hostile/drawing');
    await panel('hostile/drawing').getByText('may hold a program and is not shown').waitFor();
    assert.equal(await panel('hostile/drawing').locator('img, svg:not(.icon), object, iframe').count(), 0);
    await show('hostile/page');
    await panel('hostile/page').getByText('may hold a program').waitFor();
    await show(`hostile/${markup}`);
    await picture('media_hostile');
    const address = await panel('hostile/drawing').getByRole('link', { name: /^Save/ }).getAttribute('href');
    const answer = await fetch(url + address);
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
    assert.match(answer.headers.get('content-disposition'), /^attachment/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
    assert.match(answer.headers.get('content-security-policy'), /default-src 'none'; sandbox/);
    assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin');
    assert.equal(await answer.text(), svg);
    const waiting = page.waitForEvent('download');
    await page.goto(url + address).catch(() => undefined);
    await waiting;
    const shown = await fetch(url + (await (await fetch(`${url}/api/v1/runs/${run}/media?key=samples/input&limit=1`)).json()).media.map((one) => `/api/v1/runs/${run}/media/${one.sha256}`)[0]);
    assert.equal(shown.headers.get('content-type'), 'image/png');
    assert.match(shown.headers.get('content-security-policy'), /sandbox/);
    quiet();
  });

  test('what an evaluation found is a matrix, a table of classes, and the worst rows', async () => {
    const { page, picture } = session;
    await page.goto(`${url}/runs/${run}/media`);
    const matrix = page.locator('[data-evaluation="confusion_matrix"]');
    await matrix.getByText('200 rows · 85 % right').waitFor();
    const cells = async () => (await matrix.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent.trim()).join(' '))));
    assert.deepEqual(await cells(), ['negative 50 8 2 60', `${markup} 5 30 5 40`, 'positive 1 9 90 100', 'All 56 47 97 200']);
    await matrix.getByRole('button', { name: '% of label' }).click();
    assert.match((await cells())[0], /^negative 83\.3 % 13\.3 % 3\.33 % 60$/);
    const quality = page.locator('[data-evaluation="per_class"]');
    await quality.getByTitle('f1: sort').click();
    assert.equal(await quality.locator('tbody tr').first().textContent(), `${markup}0.6380.750.6940`);
    const worst = page.locator('[data-evaluation="worst_errors"] tbody tr').first();
    assert.deepEqual(await worst.locator('td').allTextContents(), ['17', 'positive', 'negative', '0.998', '6.2', `not a ${markup} film`]);
    await assertAccessible(page, 'evaluation');
    await picture('media_evaluation');
    quiet();
  });

  test('several runs stand side by side under the charts of their project', async () => {
    const { page, picture } = session;
    await page.goto(`${url}/p/${project}`);
    await show('samples/input');
    assert.equal(await panel('samples/input').locator('img').count(), 2);
    assert.deepEqual((await panel('samples/input').locator('figcaption').allTextContents()).sort(), ['first', 'second']);
    await assertAccessible(page, 'media of a project');
    await picture('media_workspace');
    await page.getByRole('searchbox', { name: /Search panels/ }).fill('weights');
    await panel('samples/input').waitFor({ state: 'detached' });
    await panel('weights/layer0').waitFor();
    quiet();
  });

  test('what is empty or fails says so', async () => {
    const { page, picture } = session;
    await page.goto(`${url}/runs/${plain}/media`);
    await page.getByText('Nothing to look at yet').waitFor();
    await assertAccessible(page, 'no media');
    await picture('media_empty');
    await page.route('**/media-keys?*', (route) => route.abort());
    await page.goto(`${url}/runs/${run}/media`);
    await page.getByText('The media cannot be read').waitFor();
    await page.unroute('**/media-keys?*');
    await page.route('**/media?key=samples*', (route) => route.abort());
    await page.getByRole('button', { name: 'Try again' }).click();
    await panel('samples/input').scrollIntoViewIfNeeded();
    await panel('samples/input').getByRole('alert').waitFor();
    await picture('media_failed');
    await page.unroute('**/media?key=samples*');
    await panel('samples/input').getByRole('button', { name: 'Try again' }).click();
    await panel('samples/input').locator('img').waitFor();
    session.problems.splice(0, session.problems.length, ...session.problems.filter((text) => !text.includes('ERR_FAILED')));
    quiet();
  });

  test('dark is as accessible, and a phone has room', async () => {
    const { page, picture } = session;
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await open(`/runs/${run}/media`, 'weights/layer0');
    await assertAccessible(page, 'media, dark');
    await picture('media_dark');
    await page.locator('[data-evaluation="confusion_matrix"]').scrollIntoViewIfNeeded();
    await picture('media_evaluation_dark');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await open(`/runs/${run}/media`, 'samples/input');
    const overflow = await page.evaluate(() => document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth);
    assert.ok(overflow <= 0, `${overflow} px too wide`);
    await picture('media_narrow');
    await show('weights/layer0');
    await picture('media_narrow_histogram');
    quiet();
  });
});
