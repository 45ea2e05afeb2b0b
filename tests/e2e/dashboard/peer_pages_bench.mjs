// How fast pages of trackers show the same runs: ours and others', in the same browser, one after the other.
//   node tests/e2e/dashboard/peer_pages_bench.mjs NAME=ADDRESS… [ROUNDS=5]
// peer_pages_fill.py fills the others and says how they are served; ours is filled by workspace_bench.mjs.
// Nothing here knows any of the pages. A page is complete when its window (1600 × 1000) has stopped to change: the time of
// the last frame that differs from the one before it, once kQuietMs went by without another and without an answer.
// Frames are the compositor's (Page.startScreencast), so an animation counts while it moves. Cold: a browser that has
// seen nothing; warm: with its cache. Hover: the first chart in the window (a canvas or SVG of 300 × 120 and more) gets
// kMoves moves of the mouse, each until two frames later. Idle: nobody touches the page for kIdleMs.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';

const require = createRequire(new URL('../../../dashboard/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const kRounds = Number(process.env.ROUNDS ?? 5);
const [kQuietMs, kLongestMs, kIdleMs, kMoves] = [2500, 60_000, 5000, 20];
const pages = process.argv.slice(2).map((text) => {
  const [, name, address] = /^([^=]+)=(https?:.+)$/.exec(text) ?? [];
  if (name === undefined) throw new Error(`${text}: expected NAME=ADDRESS`);
  return { name, address };
});
if (pages.length === 0) throw new Error('usage: peer_pages_bench.mjs NAME=ADDRESS…');

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function metrics(session) {
  const { metrics: all } = await session.send('Performance.getMetrics');
  return Object.fromEntries(all.map(({ name, value }) => [name, value]));
}

// What came over the wire, and when something last happened.
async function watch(session) {
  const seen = { bytes: 0, scripts: 0, requests: 0, last: 0, changed: 0, frame: '' };
  const types = new Map();
  session.on('Network.responseReceived', ({ requestId, type }) => {
    types.set(requestId, type);
    seen.requests += 1;
    seen.last = performance.now();
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    seen.bytes += encodedDataLength;
    if (types.get(requestId) === 'Script') seen.scripts += encodedDataLength;
    seen.last = performance.now();
  });
  session.on('Page.screencastFrame', ({ data, metadata, sessionId }) => {
    const frame = createHash('sha1').update(data).digest('hex');
    if (frame !== seen.frame) {
      seen.changed = metadata.timestamp * 1000;
      seen.last = performance.now();
    }
    seen.frame = frame;
    void session.send('Page.screencastFrameAck', { sessionId }).catch(() => undefined);
  });
  await session.send('Network.enable');
  await session.send('Performance.enable');
  await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1 });
  return seen;
}

async function open(context, address) {
  const page = await context.newPage();
  await page.setViewportSize({ width: 1600, height: 1000 });
  const session = await context.newCDPSession(page);
  const seen = await watch(session);
  const began = Date.now();
  await page.goto(address, { waitUntil: 'commit' });
  seen.last = performance.now();
  while (performance.now() - seen.last < kQuietMs && Date.now() - began < kLongestMs) await page.waitForTimeout(50);
  const first = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN);
  return { page, session, seen, first, complete: seen.changed - began, isQuiet: Date.now() - began < kLongestMs };
}

async function idle({ page, session, seen }) {
  await session.send('Page.stopScreencast');
  const before = { busy: (await metrics(session)).TaskDuration, bytes: seen.bytes };
  await page.waitForTimeout(kIdleMs);
  return { share: ((await metrics(session)).TaskDuration - before.busy) / (kIdleMs / 1000), bytes: seen.bytes - before.bytes };
}

async function hover(page) {
  const box = await page.evaluate(() => {
    const isChart = (rect) => rect.width >= 300 && rect.height >= 120 && rect.top >= 0 && rect.bottom <= window.innerHeight;
    const all = [...document.querySelectorAll('canvas, svg')].map((element) => element.getBoundingClientRect());
    const found = all.find(isChart);
    return found ? { x: found.x, y: found.y, width: found.width, height: found.height } : null;
  });
  if (!box) return [];
  const times = [];
  for (let i = 0; i < kMoves; i++) {
    await page.mouse.move(box.x + box.width * (0.3 + 0.4 * (i / kMoves)), box.y + box.height / 2);
    times.push(await page.evaluate((from) => new Promise((resolve) => {
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now() - from)));
    }), Date.now()));
  }
  return times;
}

async function measure({ address }) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  try {
    const context = await browser.newContext({ reducedMotion: 'reduce' });
    const cold = await open(context, address);
    const { bytes, scripts, requests } = cold.seen;
    const heap = (await metrics(cold.session)).JSHeapUsedSize;
    const still = await idle(cold);
    await cold.page.close();
    const warm = await open(context, address);
    const hovered = await hover(warm.page);
    return {
      'first paint, ms': cold.first, 'complete cold, ms': cold.complete, 'complete warm, ms': warm.complete,
      'never quiet': cold.isQuiet && warm.isQuiet ? 0 : 1, 'scripts, kB': scripts / 1000, 'all, kB': bytes / 1000, requests,
      'heap, MB': heap / 1e6, 'hover p50, ms': hovered.length ? median(hovered) : NaN, 'hover max, ms': hovered.length ? Math.max(...hovered) : NaN,
      'idle, % of a core': still.share * 100, 'idle, kB': still.bytes / 1000,
    };
  } finally {
    await browser.close();
  }
}

// Rounds go over all pages, so that a busy minute hits all.
const rounds = new Map(pages.map(({ name }) => [name, []]));
for (let round = 0; round < kRounds; round++) {
  for (const page of pages) rounds.get(page.name).push(await measure(page));
}
console.log(`1600 x 1000, ${kRounds} rounds: medians; load ${loadavg()[0].toFixed(1)}`);
console.log(`| | ${pages.map(({ name }) => name).join(' | ')} |\n|${'---|'.repeat(pages.length + 1)}`);
for (const what of Object.keys(rounds.get(pages[0].name)[0])) {
  const cells = pages.map(({ name }) => median(rounds.get(name).map((one) => one[what])));
  console.log(`| ${what} | ${cells.map((value) => (Number.isNaN(value) ? '–' : value.toFixed(value < 100 ? 1 : 0))).join(' | ')} |`);
}
