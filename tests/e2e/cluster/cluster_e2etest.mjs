// Several servers on one database:
//   TRACKER_BIN=folder TRACKER_DATABASE_URL=… node --test FILE
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startLogging } from '../dashboard/logger.mjs';
import { startBalancer, startServer } from './servers.mjs';
import { Tab } from './tab.mjs';

const bin = process.env.TRACKER_BIN;
const database = process.env.TRACKER_DATABASE_URL;
const kEveryMs = 20; // between two rows
const kRowsEach = 150; // logged before and after each change

let folder;
let balancer;
let log;
const servers = [];

before(async () => {
  assert.ok(bin && database, 'TRACKER_BIN and TRACKER_DATABASE_URL say what to test');
  folder = mkdtempSync(join(tmpdir(), 'tracker-cluster-'));
  process.env.TRACKER_DIR = join(folder, 'spool');
  process.env.XDG_CONFIG_HOME = join(folder, 'config');
  balancer = await startBalancer();
  log = openSync(join(folder, 'servers.log'), 'a');
  // Together, on an empty database.
  servers.push(...await Promise.all([start('127.0.0.2'), start('127.0.0.3')]));
  balancer.lead(servers[0].host);
});

after(async () => {
  await Promise.all(servers.map((server) => server.end('SIGTERM')));
  balancer?.close();
  if (log !== undefined) closeSync(log);
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const start = (host) => startServer({ program: join(bin, 'tracker-server'), folder: join(folder, host), database, host, ports: balancer, output: log });

// Rows of step and value = step / 4, one every kEveryMs; the times they were given to the program.
function logSlowly(run) {
  const given = new Map();
  let step = 0;
  const timer = setInterval(() => {
    given.set(step, performance.now());
    run.log([{ step, loss: step / 4 }]);
    step += 1;
  }, kEveryMs);
  return { given, count: () => step, stop: () => clearInterval(timer) };
}

const consecutive = (steps) => steps.every((step, i) => i === 0 || step === steps[i - 1] + 1);
const quantile = (values, q) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * q)];
const ms = (value) => `${value.toFixed(0)} ms`;

async function seriesOf(url, run) {
  const answer = await fetch(`${url}/api/v1/series`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ runs: [run], keys: ['loss'], width: 8000 }),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).series[0].points;
}

test('a run whose stream moves between servers is seen once, in order, at all of them', { timeout: 120_000 }, async (t) => {
  const run = await startLogging({ program: join(bin, 'tracker'), url: balancer.url, project: 'cluster', name: 'moving', config: {} });
  const rows = logSlowly(run);
  const moving = new Tab(run.id, 'loss');
  const staying = new Tab(run.id, 'loss');
  await moving.open(servers[0].url);
  await staying.open(servers[1].url);
  await staying.until(() => staying.steps.length >= kRowsEach);

  const lag = [...staying.arrivals].map(([step, when]) => when - rows.given.get(step));
  t.diagnostic(`log() at one server → WebSocket at the other: p50 ${ms(quantile(lag, 0.5))}, p95 ${ms(quantile(lag, 0.95))}`);

  // The first server dies with rows on their way.
  await servers[0].end('SIGKILL');
  balancer.lead(servers[1].host);
  await moving.open(servers[1].url);
  const seen = staying.steps.length;
  await staying.until(() => staying.steps.length >= seen + kRowsEach);

  // It comes back, and the stream with it: cut in the middle once more, without a death.
  servers[0] = await start('127.0.0.2');
  await moving.open(servers[0].url);
  balancer.lead(servers[0].host);
  const then = staying.steps.length;
  await staying.until(() => staying.steps.length >= then + kRowsEach);

  rows.stop();
  await run.finish();
  const last = rows.count() - 1;
  for (const tab of [moving, staying]) {
    await tab.until(() => tab.steps.at(-1) === last);
    assert.ok(consecutive(tab.steps), `a gap or a repetition: ${tab.steps}`);
    // Frames live until they are compacted: a tab that was away for longer is told to read again.
    t.diagnostic(`told to read again: ${tab.resyncs}`);
    tab.close();
  }
  for (const server of servers) {
    const points = await seriesOf(server.url, run.id);
    assert.deepEqual(points.x, Array.from({ length: last + 1 }, (_, step) => step));
    assert.deepEqual(points.y, points.x.map((step) => step / 4));
  }
});

test('a server that cannot work with the schema says so and ends', { timeout: 60_000 }, async () => {
  // As a newer server would: a migration that nothing older can live with.
  const newer = "INSERT INTO schema_version (version, name, checksum, compatible_from) VALUES (900, '900_future', 'x', 900)";
  const older = 'DELETE FROM schema_version WHERE version = 900';
  await sql(newer);
  try {
    const ready = await fetch(`${servers[0].url}/readyz`);
    assert.equal(ready.status, 503);
    assert.match(await ready.text(), /900/);
    assert.deepEqual(await Promise.all(servers.map((server) => server.ended)), [1, 1]);
  } finally {
    await sql(older);
  }
});

function sql(command) {
  return new Promise((resolve, reject) => {
    spawn('psql', ['-qX', '-v', 'ON_ERROR_STOP=1', '-d', database, '-c', command], { stdio: ['ignore', 'ignore', 'inherit'] })
      .on('error', reject)
      .on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`psql ended with ${code}`))));
  });
}
