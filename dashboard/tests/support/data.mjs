// Runs made by a seeded function: the same seed gives the same numbers. For the tests' own server only.
import { kEvaluation } from './media.mjs';

export function makeRandom(seed) {
  // mulberry32
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

export class SeriesData {
  constructor(kind) {
    this.kind = kind;
    this.step = [];
    this.timeUs = [];
    this.value = [];
  }
  push(step, timeUs, value) {
    this.step.push(step);
    this.timeUs.push(timeUs);
    this.value.push(value);
  }
}

const kModels = ['google-bert/bert-base-uncased', 'distilbert/distilbert-base-uncased', 'sentence-transformers/all-MiniLM-L6-v2', 'FacebookAI/roberta-base'];
const kAdjectives = ['amber', 'brisk', 'calm', 'deft', 'eager', 'frank', 'gentle', 'hazel', 'ivory', 'jolly'];
const kNouns = ['otter', 'maple', 'comet', 'harbor', 'lantern', 'meadow', 'quartz', 'raven', 'summit', 'willow'];

function uuid(random) {
  const hex = Array.from({ length: 32 }, () => Math.floor(random.uniform() * 16).toString(16)).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export function lossAt(run, step) {
  const { random, learningRate } = run;
  const progress = step / run.totalSteps;
  return 0.12 + 0.58 * Math.exp(-progress * 3.2 * (learningRate / 5e-5) ** 0.5) + 0.06 * random.normal() * (1 - 0.5 * progress);
}

function logRow(run, step, timeUs, values) {
  for (const [key, value] of Object.entries(values)) {
    if (!run.series.has(key)) run.series.set(key, new SeriesData('history'));
    run.series.get(key).push(step, timeUs, value);
    run.summary[key] = Number.isFinite(value) ? value : String(value);
  }
}

export function trainStep(run, step) {
  const timeUs = run.created_us + Math.round(step * run.secondsPerStep * 1e6);
  const row = {
    'train/loss': Math.max(0.01, lossAt(run, step)),
    'train/learning_rate': run.learningRate * Math.max(0, 1 - step / run.totalSteps),
    'train/grad_norm': Math.exp(1.2 + 0.5 * run.random.normal()) * (1 - 0.4 * (step / run.totalSteps)),
    'train/epoch': (3 * step) / run.totalSteps,
  };
  if (run.nanAt?.includes(step)) row['train/loss'] = NaN;
  logRow(run, step, timeUs, row);
  if (step > 0 && step % Math.round(run.totalSteps / 12) === 0) {
    const gained = 1 - Math.exp((-3 * step) / run.totalSteps);
    logRow(run, step, timeUs, {
      'eval/loss': 0.66 - 0.33 * gained + 0.015 * run.random.normal(),
      'eval/accuracy': 0.58 + (run.quality - 0.58) * gained + 0.008 * run.random.normal(),
      'eval/f1': 0.55 + (run.quality - 0.56) * gained + 0.01 * run.random.normal(),
      'eval/samples_per_second': 78 + 3 * run.random.normal(),
    });
  }
  if (step % Math.max(1, Math.round(2 / run.secondsPerStep)) === 0) sampleMachine(run, timeUs);
  run.lastStep = step;
  run.lastUs = timeUs;
  run.version += 1;
}

function sampleMachine(run, timeUs) {
  const { random } = run;
  const wave = Math.sin(timeUs / 4e7);
  const sample = {
    'system/cpu_percent': Math.min(100, 92 + 5 * random.normal()),
    'system/process_cpu_percent': Math.min(200, 180 + 9 * random.normal()),
    'system/memory_percent': 41 + 2 * wave + 0.2 * random.normal(),
    'system/process_rss_bytes': (3.1 + 0.2 * wave) * 2 ** 30,
    'system/disk_read_bytes_per_s': Math.max(0, (2 + 6 * random.normal()) * 2 ** 20),
    'system/network_sent_bytes_per_s': Math.max(0, (14 + 9 * random.normal()) * 2 ** 10),
    'system/gpu_0/utilization_percent': Math.min(100, Math.max(0, 96 + 3 * random.normal())),
    'system/gpu_0/memory_used_bytes': (11.2 + 0.3 * wave) * 2 ** 30,
  };
  for (const [key, value] of Object.entries(sample)) {
    if (!run.series.has(key)) run.series.set(key, new SeriesData('system'));
    run.series.get(key).push(null, timeUs, value);
  }
}

const kConsole = [
  '\u001b[1mtracker\u001b[0m run \u001b[36m{name}\u001b[0m in project imdb, online',
  'model \u001b[35m{model}\u001b[0m: 6 layers, 22.7 M parameters, \u001b[2mfloat32 on cpu\u001b[0m',
  'data  imdb: 500 train, 100 evaluation rows; longest 512 tokens',
];
function logLines(run, count) {
  const lines = kConsole.map((line) => line.replace('{name}', run.name).replace('{model}', run.config.model));
  for (let i = lines.length; i < count; i++) {
    const step = i * 3;
    if (i % 23 === 0) lines.push(`\u001b[32m✓ eval\u001b[0m  step ${step}  loss \u001b[1m${(0.6 - 0.4 * i / count).toFixed(4)}\u001b[0m  accuracy ${(0.6 + 0.3 * i / count).toFixed(3)}`);
    else if (i % 57 === 0) lines.push(`\u001b[33mwarning\u001b[0m gradient norm ${(8 + (i % 5)).toFixed(2)} clipped to 1`);
    else if (i % 191 === 0) lines.push('\u001b[38;5;208mcheckpoint\u001b[0m \u001b[4mout/checkpoint-' + step + '\u001b[0m \u001b[48;2;30;60;90m\u001b[97m saved \u001b[0m');
    else lines.push(`step ${String(step).padStart(6)}  loss ${(0.7 - 0.5 * i / count).toFixed(4)}  lr ${(5e-5 * (1 - i / count)).toExponential(2)}  \u001b[2m${(8.1 + (i % 7) / 10).toFixed(1)} samples/s\u001b[0m`);
  }
  return lines.map((text, line) => ({ line, time_us: run.created_us + line * 2e6, text }));
}

export function makeRun(random, options) {
  const model = kModels[Math.floor(random.uniform() * kModels.length)];
  const learningRate = [1e-5, 2e-5, 3e-5, 5e-5, 1e-4][Math.floor(random.uniform() * 5)];
  const seed = Math.floor(random.uniform() * 5);
  const run = {
    id: uuid(random),
    name: options.name ?? `${kAdjectives[Math.floor(random.uniform() * 10)]}-${kNouns[Math.floor(random.uniform() * 10)]}-${options.number}`,
    project: options.project, state: options.state ?? 'finished', created_us: options.createdUs, ended_us: null,
    tags: options.tags ?? [], notes: options.notes ?? '', group: options.group ?? `lr-${learningRate}`, job_type: 'train',
    config: {
      model, learning_rate: learningRate, batch_size: 8, num_train_epochs: 3, seed, weight_decay: 0.01, max_length: 512, dtype: 'float32',
      optimizer: { name: 'adamw', betas: [0.9, 0.999], eps: 1e-8 },
      data: { name: 'imdb', train_samples: 500, eval_samples: 100, shuffle_seed: 42 },
    },
    summary: {}, end_reason: options.endReason ?? '', version: 1, alerts: options.alerts ?? [],
    environment: {
      host: 'lab-07', user: 'ada', os: 'Debian GNU/Linux 12', kernel: '6.1.0-28-amd64',
      program: '/home/ada/tracker/build/release/bin/trainer',
      arguments: ['--model', model, '--project', options.project, '--learning-rate', String(learningRate)],
      git: { commit: '4f1c2d9a7b31', branch: 'main', remote: 'git@example.org:ada/reviews.git', dirty: false },
      cpu: { model: 'AMD EPYC 9354', cores: 16, memory_gb: 62.7 },
      gpus: [{ name: 'NVIDIA H200', memory_gb: 139 }],
    },
    series: new Map(), random, learningRate, quality: 0.8 + 0.12 * random.uniform(), secondsPerStep: options.secondsPerStep ?? 1.1,
    totalSteps: options.totalSteps ?? 400, nanAt: options.nanAt, lastStep: 0, lastUs: options.createdUs, stdout: [], stderr: [],
  };
  const steps = options.steps ?? run.totalSteps;
  for (let step = 0; step < steps; step++) trainStep(run, step);
  Object.assign(run.summary, options.summary);
  if (run.state !== 'running') run.ended_us = run.lastUs;
  run.stdout = logLines(run, options.lines ?? 260);
  if (run.state === 'crashed' || run.state === 'failed') {
    run.stderr = ['\u001b[31merror\u001b[0m: the process ended before the run did', `reason: ${run.end_reason}`]
      .map((text, line) => ({ line, time_us: run.lastUs, text }));
  }
  return run;
}

// When anything was last logged.
export const latestOf = (runs) => Math.max(...runs.map((run) => run.lastUs));

// Of each level and fate.
const alertsBefore = (timeUs) => [
  { level: 'error', title: 'Loss is NaN', text: 'train/loss is NaN at step 88.\nThe run ends.', state: 'failed', outcome: 'hooks.example.org answered 503, ten times' },
  { level: 'warning', title: 'Loss is not finite', text: 'train/loss at step 71', state: 'quiet', outcome: '' },
  { level: 'warning', title: 'Loss is not finite', text: 'train/loss at step 70', state: 'told', outcome: '' },
  { level: 'info', title: 'Training began', text: '400 steps, <b>batch size 8</b>', state: 'due', outcome: '' },
].map((alert, i) => ({ time_us: timeUs - i * 20e6, ...alert }));

export function makeWorld(nowUs) {
  const random = makeRandom(7);
  const minute = 60e6;
  const runs = [];
  const add = (options) => runs.push(makeRun(random, { project: 'imdb', number: runs.length + 1, ...options }));
  add({ createdUs: nowUs - 3000 * minute, tags: ['baseline'], notes: 'The tutorial’s settings, untouched.', summary: kEvaluation });
  add({ createdUs: nowUs - 1500 * minute, tags: ['baseline', 'seed'] });
  add({ createdUs: nowUs - 1400 * minute, steps: 213, state: 'crashed', endReason: 'killed by signal 9 (SIGKILL)', tags: ['long-context'] });
  add({ createdUs: nowUs - 320 * minute, state: 'failed', steps: 90, nanAt: [70, 71, 88, 89], endReason: 'loss is NaN at step 88: lower --learning-rate', alerts: alertsBefore(nowUs - 318 * minute) });
  add({ createdUs: nowUs - 200 * minute, tags: ['sweep'], name: '<img src=x onerror=alert(1)> & "quoted"' });
  add({ createdUs: nowUs - 90 * minute, state: 'stopped', steps: 150, endReason: 'Ctrl-C' });
  add({ createdUs: nowUs - 40 * minute, tags: ['sweep', 'bf16'] });
  add({ createdUs: nowUs - 6 * minute, state: 'running', steps: 260, tags: ['sweep'], notes: 'Same as the baseline with a warm-up of 10 %.', lines: 5200 });
  add({ createdUs: nowUs - 9000 * minute, project: 'long-context', totalSteps: 60_000, secondsPerStep: 0.2, name: 'sixty-thousand-steps' });
  for (let i = 0; i < 40; i++) {
    add({ createdUs: nowUs - (20_000 - i * 60) * minute, project: 'sst2-sweep', totalSteps: 120, tags: i % 3 === 0 ? ['pruned'] : [] });
  }
  return runs;
}

// A run that logged nothing: every page of it is empty.
export function makeBareWorld(nowUs) {
  const run = makeRun(makeRandom(11), { project: 'bare', number: 1, name: 'nothing-logged', createdUs: nowUs - 60e6, group: '', steps: 0, lines: 0 });
  return [Object.assign(run, { config: {}, environment: {}, stdout: [] })];
}
