// Every page as a picture, compared with the one that is kept in references/: light, dark and as wide as a phone, full and
// empty. The pages are the built ones (dist/) over the tests' own server with generated data, so ids, times, names and
// values are always the same; the browser's clock stands still.
//   node dashboard/tests/pictures/pictures.mjs [WORD…]           # compares those with a word in their name; without one, all
//   node dashboard/tests/pictures/pictures.mjs --write [WORD…]   # makes new references of them
// What differs is left in $PICTURES (build/pictures): NAME.reference.png, NAME.drawn.png, and NAME.marked.png with red where
// they differ. $CHROMIUM names the browser, $DASHBOARD the built dashboard.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { makeBareWorld, makeWorld } from '../support/data.mjs';
import { startServer } from '../support/server.mjs';
import { comparePictures } from './compare.mjs';
import './answers_test.mjs';
import './compare_test.mjs';
import { pagesOf } from './pages.mjs';
import { decodePng, encodePng } from './png.mjs';

const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const isWriting = process.argv.includes('--write');
const chosen = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const references = pathOf('references');
const folder = process.env.PICTURES ?? pathOf('../../../build/pictures');
const dist = process.env.DASHBOARD ?? pathOf('../../dist');
// A page may wait long for its turn where others compile beside the tests.
const kPatienceMs = 120_000;
const kNow = Date.UTC(2026, 2, 14, 12);
const kDesktop = { width: 1280, height: 800 };
const kPhone = { width: 390, height: 844 };
const kLooks = [['light', 'light', kDesktop], ['dark', 'dark', kDesktop], ['phone', 'light', kPhone]];
// The 404s that the browser itself tells of where the page is about something that is not there.
const kExpected = /^Failed to load resource: the server responded with a status of 40[14]/;

const worlds = { full: makeWorld(kNow * 1000), bare: makeBareWorld(kNow * 1000), empty: [], closed: [] };
const pages = pagesOf(worlds);
const isChosen = (name) => chosen.length === 0 || chosen.some((word) => name.includes(word));
const problems = [];
let servers;
let browser;

// Each world has a name instead of its port, which is another each time: some pages show the address.
async function open() {
  assert.ok(existsSync(join(dist, 'index.html')), `there is no built dashboard in ${dist}: npm run build`);
  const entries = await Promise.all(Object.entries(worlds).map(async ([world, runs]) =>
    [world, await startServer({ dist, runs, port: 0, session: world === 'closed' ? 'asked' : 'open' })]));
  servers = Object.fromEntries(entries);
  const rules = entries.map(([world, { url }]) => `MAP ${world}.localhost ${new URL(url).host}`).join(', ');
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--font-render-hinting=none', '--force-color-profile=srgb', '--disable-lcd-text', `--host-resolver-rules=${rules}`],
  });
  if (!isWriting) return;
  mkdirSync(references, { recursive: true });
  writeFileSync(join(references, 'browser.txt'), `Chromium ${browser.version()}\n`);
}

// Pictures until two in a row are the same: by then nothing loads or moves any more.
async function settled(page) {
  let last = null;
  for (let attempt = 0; attempt < 40; attempt++) {
    const next = await page.screenshot({ animations: 'disabled', caret: 'hide', scale: 'css' });
    if (last !== null && next.equals(last)) return decodePng(next);
    last = next;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  }
  return assert.fail('the page does not come to rest');
}

async function contextOf(theme, viewport) {
  const context = await browser.newContext({
    viewport, colorScheme: theme, reducedMotion: 'reduce', deviceScaleFactor: 1, locale: 'en-US', timezoneId: 'UTC',
  });
  context.setDefaultTimeout(kPatienceMs);
  context.setDefaultNavigationTimeout(kPatienceMs);
  // Of all its pages: set on a page that is only just there, it fails now and then.
  await context.clock.setFixedTime(kNow);
  return context;
}

async function draw(context, { name, world, path, ready, act }) {
  const page = await context.newPage();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()) && !kExpected.test(message.text())) problems.push(`${name}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`${name}: ${error.stack}`));
  try {
    await page.goto(`http://${world}.localhost${path}`);
    await page.locator(ready).first().waitFor();
    await page.waitForLoadState('networkidle');
    if (act) await act(page);
    await page.waitForLoadState('networkidle');
    // A page that listens says so.
    await page.waitForFunction(() => !document.querySelector('[data-live="connecting"]'));
    return await settled(page);
  } finally {
    await page.close();
  }
}

// With few colours, unless what is drawn has too many.
function write(name, drawn) {
  const small = encodePng(drawn, 'few');
  writeFileSync(join(references, `${name}.png`), comparePictures(decodePng(small), drawn).same ? small : encodePng(drawn, 'all'));
}

function compare(name, drawn) {
  const path = join(references, `${name}.png`);
  const left = (what) => join(folder, `${name}.${what}.png`);
  for (const what of ['reference', 'drawn', 'marked']) rmSync(left(what), { force: true });
  const reference = existsSync(path) ? decodePng(readFileSync(path)) : null;
  const { same, text, marked } = reference ? comparePictures(reference, drawn) : { same: false, text: 'there is no reference', marked: null };
  if (same) return;
  mkdirSync(folder, { recursive: true });
  for (const [what, picture] of [['reference', reference], ['drawn', drawn], ['marked', marked]]) if (picture) writeFileSync(left(what), encodePng(picture, 'all'));
  const versions = `drawn by Chromium ${browser.version()}, the references by ${readFileSync(join(references, 'browser.txt'), 'utf8').trim()}`;
  assert.fail(`${name}: ${text}; see ${left('*')} (${versions}). If it is meant so: node dashboard/tests/pictures/pictures.mjs --write ${name}`);
}

// Much of a picture's time is waiting for a page to be quiet: what one look waits the next one draws.
describe('pictures', { concurrency: kLooks.length }, () => {
  before(open);
  after(async () => {
    await browser?.close();
    for (const server of Object.values(servers ?? {})) server.close();
  });
  for (const [look, theme, viewport] of kLooks) {
    describe(look, () => {
      let context;
      before(async () => {
        context = await contextOf(theme, viewport);
      });
      after(() => context?.close());
      for (const page of pages.filter(({ name, looks }) => looks.includes(look) && isChosen(`${name}_${look}`))) {
        const name = `${page.name}_${look}`;
        test(name, async () => {
          const drawn = await draw(context, page);
          if (isWriting) write(name, drawn);
          compare(name, drawn);
        });
      }
    });
  }
  test('nothing was told to the console', () => assert.deepEqual(problems, []));
});
