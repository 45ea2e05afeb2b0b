// What the ten tasks are done in: a small sweep whose best run and whose reason are known, a run that failed, and one
// that goes on. Logged once for those who do them by mouse and those who do them by keyboard.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startLogging } from './logger.mjs';
import { untilIndexed } from './seeded.mjs';

export const kSteps = 400;
export const kRates = [0.001, 0.01];
export const kSeeds = [1, 2, 3];
export const kFailed = 'diverged';
// The better rate, and of its seeds the third.
export const kBest = 'rate-0.001-3';
export const accuracyOf = ({ rate, seed }) => 0.9 - 20 * rate + 0.005 * seed;

const url = process.env.TRACKER_URL;
const program = process.env.TRACKER_CLI;

async function logVariant(project, rate, seed) {
  const name = `rate-${rate}-${seed}`;
  const run = await startLogging({ program, url, project, name, config: { rate, seed, dtype: 'fp32' }, options: ['--no-system-metrics'] });
  run.log(Array.from({ length: kSteps }, (_, step) => ({
    step, 'train/loss': 0.2 + rate + Math.exp(-step / 90) + 0.02 * Math.sin(step * 12.9898 + seed),
    ...(step % 50 === 49 ? { 'eval/accuracy': accuracyOf({ rate, seed }) * Math.min(1, (step + 1) / 300) } : {}),
  })));
  await run.finish();
  return { id: run.id, name, rate, seed };
}

// `tracker log` ends a run as failed at a line that is no row.
async function logFailed(project) {
  const child = spawn(program, ['log', '--server', url, '--project', project, '--name', kFailed, '--no-system-metrics', '--config', 'rate=0.1'],
    { stdio: ['pipe', 'pipe', 'ignore'] });
  child.stdin.end('{"step":0,"train/loss":9}\nnan nan nan\n');
  await once(child, 'exit');
}

async function logAll(project) {
  const runs = [];
  for (const rate of kRates) for (const seed of kSeeds) runs.push(await logVariant(project, rate, seed));
  await logFailed(project);
  await untilIndexed(url, project, runs.length + 1, 'config.rate,train/loss.min');
  return runs;
}

export const project = `tasks-${process.pid}`;
// Of the run that goes on: those who count runs are not to see it come.
export const talkProject = `talks-${process.pid}`;
let made = null;
export const tasksWorld = () => (made ??= logAll(project));

// A run whose console lines are what `say` is given, for as long as the test wants.
export async function startTalking(to, name) {
  const child = spawn(process.env.CONSOLE_LOGGER, [to, name], { stdio: ['pipe', 'ignore', 'pipe'], env: { ...process.env, TRACKER_URL: url } });
  const [line] = await once(createInterface({ input: child.stderr }), 'line');
  const id = /[0-9a-f-]{36}/.exec(line)?.[0];
  assert.ok(id, `no run id in "${line}"`);
  return {
    id,
    say: (text) => child.stdin.write(`${text}\n`),
    end: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
