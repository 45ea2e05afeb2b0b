// Runs that a client logs, in the shape of the generated ones.
import { randomUUID } from 'node:crypto';
import { SeriesData } from './data.mjs';

export function newRun({ project, name, config, tags = [], group = '', notes = '' }) {
  const nowUs = Date.now() * 1000;
  return {
    id: randomUUID(), name, project, state: 'running', created_us: nowUs, ended_us: null, tags, notes, group, job_type: '',
    config, summary: {}, environment: { host: 'test' }, end_reason: '', version: 1, series: new Map(), lastUs: nowUs, stdout: [], stderr: [],
  };
}

export function logRow(run, row) {
  const { step, ...values } = row;
  run.lastUs = Date.now() * 1000;
  for (const [key, value] of Object.entries(values)) {
    if (!run.series.has(key)) run.series.set(key, new SeriesData('history'));
    run.series.get(key).push(step, run.lastUs, Number(value));
    run.summary[key] = value;
  }
}
