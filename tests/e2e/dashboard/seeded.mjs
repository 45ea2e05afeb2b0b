// A project of runs as a sweep leaves them: two models, two learning rates, some seeds; every number is known.
import assert from 'node:assert/strict';
import { startLogging } from './logger.mjs';

export const kSteps = 1500;
export const kSeeds = 3;

// A small generator, so that each call of the tests sees the same values.
export const noise = (step, seed) => Math.sin(step * 12.9898 + seed * 78.233) * 0.02;
export const lossAt = ({ lr, seed }, step) => 0.2 + lr * 1000 + 0.5 * Math.exp(-step / 300) + noise(step, seed);

export function variants() {
  const all = [];
  for (const model of ['tiny', 'base']) for (const lr of [0.00001, 0.0001]) for (let seed = 1; seed <= kSeeds; seed++) all.push({ model, lr, seed });
  return all;
}

function rowsOf(variant) {
  return Array.from({ length: kSteps }, (_, step) => ({
    step,
    'train/loss': step === 700 && variant.seed === 1 ? 'NaN' : step === 40 ? 9 : lossAt(variant, step),
    tokens: step * 512,
    ...(step % 100 === 0 ? { 'eval/accuracy': 0.5 + step / 4000 + (variant.model === 'base' ? 0.05 : 0) } : {}),
  }));
}

export async function logSweep({ program, url, project }) {
  const runs = [];
  for (const variant of variants()) {
    const { model, lr, seed } = variant;
    const run = await startLogging({
      program, url, project, name: `${model}-${lr}-${seed}`, config: { model, learning_rate: lr, seed, dtype: 'fp32' },
      options: ['--group', `${model}-${lr}`, '--tags', seed === 1 ? 'baseline' : 'sweep', '--no-system-metrics'],
    });
    run.log(rowsOf(variant));
    await run.finish();
    runs.push({ ...variant, id: run.id, name: `${model}-${lr}-${seed}` });
  }
  await untilIndexed(url, project, runs.length, 'config.model,train/loss.min');
  return runs;
}

// Filters and facets see a run's attributes some seconds after its end. `fields`: two that all runs have.
export async function untilIndexed(url, project, count, fields) {
  const query = new URLSearchParams({ project, fields });
  for (let attempt = 0; attempt < 600; attempt++) {
    const answer = await fetch(`${url}/api/v1/runs/facets?${query}`);
    const found = answer.ok ? (await answer.json()).fields : [];
    if (found.length === 2 && found.every((field) => field.runs === count)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`the server does not know the attributes of all ${count} runs`);
}
