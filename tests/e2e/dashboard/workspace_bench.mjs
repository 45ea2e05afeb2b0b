// How fast the workspace of many runs is: 100 runs × 1,000 points × 5 metrics.
//   TRACKER_URL=http://… TRACKER_CLI=path/to/tracker [RUNS=100] [POINTS=1000] [ROUNDS=5] node tests/e2e/dashboard/workspace_bench.mjs
// Logs the runs once (project "bench-RUNS-POINTS"), then prints medians over the rounds: navigation until every panel
// of the window is painted (cold: a browser that has seen nothing; warm: with its cache), a drag zoom until the first
// frame and until the sharp data are drawn, script time and frames of a pointer that moves over a chart, bytes, what the
// page does while nothing changes. Times hang on the machine's load, which is printed; bytes and requests do not. Beside
// others' work run server and benchmark with a priority of their own (`chrt -r 2`): then they repeat to a few percent.
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { startLogging } from './logger.mjs';

const require = createRequire(new URL('../../../dashboard/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const { TRACKER_URL: url, TRACKER_CLI: program } = process.env;
const [kRuns, kPoints, kRounds] = ['RUNS', 'POINTS', 'ROUNDS'].map((name, i) => Number(process.env[name] ?? [100, 1000, 5][i]));
const project = `bench-${kRuns}-${kPoints}`;
const kKeys = ['train/loss', 'train/grad_norm', 'train/learning_rate', 'eval/loss', 'eval/accuracy'];

async function logRuns() {
  const answer = await fetch(`${url}/api/v1/runs?project=${project}&limit=1000`);
  const held = answer.ok ? (await answer.json()).runs.length : 0;
  for (let i = held; i < kRuns; i++) {
    const run = await startLogging({ program, url, project, name: `run-${i}`, config: { lr: 0.001 * (1 + (i % 10)), seed: i }, options: ['--no-system-metrics'] });
    run.log(Array.from({ length: kPoints }, (_, step) => ({
      step, ...Object.fromEntries(kKeys.map((key, k) => [key, k + Math.exp(-step / 300) + 0.1 * Math.sin(step * (12.9898 + i) + k)])),
    })));
    await run.finish();
  }
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const worst = (values) => Math.max(...values);

// Painted: a panel whose canvas has coloured pixels. Looked at once a frame from within the page.
const allPainted = (page) => page.evaluate((count) => new Promise((resolve) => {
  const isPainted = (panel) => {
    const canvas = panel.querySelector('canvas');
    if (!canvas || panel.querySelector('.panel-honesty') === null) return false;
    const { data } = canvas.getContext('2d').getImageData(canvas.width / 2, 0, canvas.width / 4, canvas.height);
    for (let i = 0; i < data.length; i += 16) {
      if (data[i + 3] > 0 && Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]) > 60) return true;
    }
    return false;
  };
  const look = () => {
    const panels = [...document.querySelectorAll('[data-key]')];
    if (panels.length >= count && panels.every(isPainted)) resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
}), kKeys.length);

async function metric(page, name) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  return metrics.find((one) => one.name === name).value;
}

async function navigate(context) {
  const page = await context.newPage();
  const seen = { bytes: 0, series: 0, requests: 0 };
  page.on('response', (response) => {
    seen.requests += 1;
    void response.request().sizes().then(({ responseBodySize }) => {
      seen.bytes += responseBodySize;
      if (response.url().endsWith('/series')) seen.series += responseBodySize;
    }, () => undefined);
  });
  // The window holds all panels: what is measured is all of them.
  await page.setViewportSize({ width: 1600, height: 1000 });
  await page.goto(`${url}/p/${project}`, { waitUntil: 'commit' });
  const painted = await allPainted(page);
  const first = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN);
  return { page, painted, first, seen };
}

// Work of the page's main thread, as a share of the time, and requests, while nobody touches it.
const kIdleMs = 3000;

async function idle({ page, seen }) {
  const busy = () => metric(page, 'TaskDuration');
  await page.waitForTimeout(500);
  const before = { busy: await busy(), ...seen };
  await page.waitForTimeout(kIdleMs);
  return { share: ((await busy()) - before.busy) / (kIdleMs / 1000), requests: seen.requests - before.requests };
}

async function zoom(page) {
  const box = await page.locator(`[data-key="${kKeys[0]}"] .u-over`).boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 3 });
  await page.evaluate(() => {
    window.zoomTimes = new Promise((resolve) => addEventListener('mouseup', () => {
      const from = performance.now();
      const times = {};
      requestAnimationFrame(() => requestAnimationFrame(() => (times.redrawn = performance.now() - from)));
      const seen = performance.getEntriesByType('resource').length;
      const wait = () => {
        if (performance.getEntriesByType('resource').slice(seen).some((entry) => entry.name.endsWith('/series'))) {
          requestAnimationFrame(() => requestAnimationFrame(() => resolve({ ...times, sharp: performance.now() - from })));
        } else requestAnimationFrame(wait);
      };
      requestAnimationFrame(wait);
    }, { once: true }));
  });
  await page.mouse.up();
  return page.evaluate(() => window.zoomTimes);
}

// Moves dispatched in the page, so that the time of the test's own messages does not count.
const hover = (page) => page.evaluate((key) => {
  const over = document.querySelector(`[data-key="${key}"] .u-over`);
  const box = over.getBoundingClientRect();
  for (const entered of [over.closest('.panel'), over]) entered.dispatchEvent(new PointerEvent('pointerenter'));
  const scripts = [];
  const frames = [];
  return new Promise((resolve) => {
    let i = 0;
    let last = performance.now();
    const step = () => {
      frames.push(performance.now() - last);
      last = performance.now();
      const at = { clientX: box.left + 20 + i * 4, clientY: box.top + 60 + 20 * Math.sin(i / 5), bubbles: true };
      over.dispatchEvent(new MouseEvent(i === 0 ? 'mouseenter' : 'mousemove', at));
      scripts.push(performance.now() - last);
      if (++i < 60) requestAnimationFrame(step);
      else resolve({ scripts: scripts.slice(5), frames: frames.slice(5) });
    };
    requestAnimationFrame(step);
  });
}, kKeys[0]);

await logRuns();
const rounds = [];
for (let round = 0; round < kRounds; round++) {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  const context = await browser.newContext({ reducedMotion: 'reduce' });
  const cold = await navigate(context);
  await cold.page.waitForLoadState('networkidle');
  const first = { ...cold.seen };
  const still = await idle(cold);
  await cold.page.close();
  const warm = await navigate(context);
  const { scripts, frames } = await hover(warm.page);
  const zoomed = await zoom(warm.page);
  rounds.push({
    'first paint, cold, ms': cold.first, 'all charts, cold, ms': cold.painted, 'all charts, warm, ms': warm.painted,
    'zoom to redraw, ms': zoomed.redrawn, 'zoom to sharp data, ms': zoomed.sharp,
    'hover script p50, ms': median(scripts), 'hover script max, ms': worst(scripts), 'hover frame p50, ms': median(frames), 'hover frame max, ms': worst(frames),
    'requests, cold': first.requests, 'bytes, cold, kB': first.bytes / 1000, 'of them series, kB': first.series / 1000,
    'idle, % of a core': still.share * 100, 'idle, requests': still.requests,
  });
  await browser.close();
}
console.log(`${kRuns} runs x ${kPoints} points x ${kKeys.length} metrics, 1600 x 1000, ${kRounds} rounds: median (worst); load ${loadavg()[0].toFixed(1)}`);
for (const name of Object.keys(rounds[0])) {
  const values = rounds.map((round) => round[name]);
  console.log(`${name.padEnd(26)} ${median(values).toFixed(1).padStart(9)} (${worst(values).toFixed(1)})`);
}
