// Whether a page that follows a run keeps its memory: `tracker log` writes, the page is open, and each minute the heap is
// measured behind a forced collection of garbage.
//   TRACKER_URL=http://… TRACKER_CLI=path/to/tracker node tests/e2e/dashboard/live_heap_bench.mjs [--minutes 60]
//     [--rate 100] [--keys 5] [--page run|workspace]
// `--rate`: points a second, of all keys together. Printed are the heap of scripts, what lies outside it (typed arrays), DOM
// nodes, listeners, and the points that the page says it has. In the end a line is fitted to each behind the first fifth of
// the time: flat is what grows by no more in an hour than kMostAnHour allows, two standard errors of the slope included.
// Exit code 1: something is not flat, the page fell behind (a page that stands still would be flat), or it told the console
// of an error. Fewer than ten minutes say little: then nothing is called flat.
import assert from 'node:assert/strict';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { openBrowser } from './browser.mjs';
import { startLogging } from './logger.mjs';

const { TRACKER_URL: url, TRACKER_CLI: program } = process.env;
const { values } = parseArgs({ options: {
  minutes: { type: 'string', default: '60' }, rate: { type: 'string', default: '100' }, keys: { type: 'string', default: '5' }, page: { type: 'string', default: 'run' },
} });
const [kMinutes, kRate, kKeys] = ['minutes', 'rate', 'keys'].map((name) => Number(values[name]));
assert.ok(url && program, 'TRACKER_URL must name a running server, TRACKER_CLI the program tracker');
assert.ok([kMinutes, kRate, kKeys].every((n) => n > 0) && ['run', 'workspace'].includes(values.page), 'see the head of this file');

const kMinuteMs = 60_000;
const kWriteMs = 250;
const kLeastMinutes = 10;
// The page may be behind by what comes in so many seconds.
const kMostBehindS = 15;
const kMb = 2 ** 20;
// Points that are kept are memory as well: an hour of 100 points a second is 5.5 MB of numbers.
const kMostAnHour = { 'heap, MB': 10, 'outside, MB': 10, nodes: 100, listeners: 20 };

const project = `heap-${process.pid}`;
const keys = Array.from({ length: kKeys }, (_, k) => `train/metric_${k}`);
const rowAt = (step) => ({ step, ...Object.fromEntries(keys.map((key, k) => [key, k + Math.exp(-step / 5000) + 0.1 * Math.sin(step * 12.9898 + k)])) });

// Rows that are due by the time that has passed, so that what is late comes all the same.
function startWriting(run) {
  const from = performance.now();
  let written = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - from) / 1000) * (kRate / kKeys));
    if (due > written) run.log(Array.from({ length: due - written }, (_, i) => rowAt(written + i)));
    written = due;
  }, kWriteMs);
  return { rows: () => written, stop: () => clearInterval(timer) };
}

// Of the first panel, as its foot tells: raw or in buckets, all are counted.
async function pointsShown(page) {
  const title = await page.locator(`[data-key="${keys[0]}"] .panel-honesty`).getAttribute('title');
  return Number(/([\d,]+) points?\b/.exec(title)?.[1].replaceAll(',', '') ?? NaN);
}

async function measure(page, devtools) {
  // Twice: what finalizers let go of is collected by the second.
  for (let i = 0; i < 2; i++) await devtools.send('HeapProfiler.collectGarbage');
  const heap = await devtools.send('Runtime.getHeapUsage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  const metric = (name) => metrics.find((one) => one.name === name).value;
  return {
    'heap, MB': heap.usedSize / kMb, 'outside, MB': (heap.backingStorageSize ?? 0) / kMb, nodes: metric('Nodes'), listeners: metric('JSEventListeners'),
    points: await pointsShown(page),
  };
}

// Least squares: growth of y in a unit of x, and the standard error of that.
function fit(x, y) {
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  const spread = x.reduce((sum, one) => sum + (one - mx) ** 2, 0);
  const slope = x.reduce((sum, one, i) => sum + (one - mx) * (y[i] - my), 0) / spread;
  const rest = x.reduce((sum, one, i) => sum + (y[i] - my - slope * (one - mx)) ** 2, 0);
  return { slope, error: Math.sqrt(rest / (x.length - 2) / spread) };
}

function report(samples) {
  const late = samples.filter(({ minute }) => minute >= kMinutes / 5);
  if (kMinutes < kLeastMinutes || late.length < 5) {
    console.log(`fewer than ${kLeastMinutes} minutes: nothing is fitted`);
    return true;
  }
  let isFlat = true;
  for (const [name, most] of Object.entries(kMostAnHour)) {
    const { slope, error } = fit(late.map(({ minute }) => minute / 60), late.map((sample) => sample[name]));
    const flat = slope + 2 * error <= most;
    isFlat &&= flat;
    console.log(`${name.padEnd(12)} ${slope.toFixed(2).padStart(9)} ± ${(2 * error).toFixed(2)} an hour: ${flat ? 'flat' : 'NOT FLAT'} (at most ${most})`);
  }
  return isFlat;
}

const run = await startLogging({ program, url, project, name: 'live', config: { rate: kRate }, options: ['--no-system-metrics'] });
run.log([rowAt(0)]);
const session = await openBrowser({ theme: 'light' });
const { page, problems } = session;
await page.goto(values.page === 'run' ? `${url}/runs/${run.id}` : `${url}/p/${project}`);
await page.locator(`[data-key="${keys.at(-1)}"] canvas`).first().waitFor();
const devtools = await page.context().newCDPSession(page);
await devtools.send('Performance.enable');
const writing = startWriting(run);

console.log(`${kRate} points/s over ${kKeys} keys, ${kMinutes} minutes, page: ${values.page}; load ${loadavg()[0].toFixed(1)}`);
console.log('minute  heap, MB  outside, MB  nodes  listeners  points');
const samples = [];
let behind = 0;
for (let minute = 0; minute <= kMinutes; minute++) {
  if (minute > 0) await page.waitForTimeout(kMinuteMs);
  const sample = { minute, ...await measure(page, devtools) };
  samples.push(sample);
  if (minute > 0 && !(sample.points >= writing.rows() - kMostBehindS * (kRate / kKeys))) behind += 1;
  console.log(`${String(minute).padStart(6)} ${sample['heap, MB'].toFixed(2).padStart(9)} ${sample['outside, MB'].toFixed(2).padStart(12)} ${String(sample.nodes).padStart(6)} `
    + `${String(sample.listeners).padStart(10)} ${String(sample.points).padStart(7)} of ${writing.rows()}`);
}
writing.stop();
await session.browser.close();
await run.finish();
const isFlat = report(samples);
if (behind > 0) console.log(`the page was more than ${kMostBehindS} s behind in ${behind} of ${kMinutes} minutes`);
for (const problem of problems) console.log(`console: ${problem}`);
process.exitCode = isFlat && behind === 0 && problems.length === 0 ? 0 : 1;
