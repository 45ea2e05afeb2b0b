import { createRoot, createSignal } from 'solid-js';
import { beforeEach, expect, it, vi } from 'vitest';
import type { KeyInfo } from '../../src/api/types';
import { createRunKeys } from '../../src/state/project_keys';

type Answer = (runs: Record<string, string[]>) => void;
const asked = vi.hoisted(() => ({ projects: [] as { name: string; answer: Answer; fail: () => void }[], runs: [] as { ids: readonly string[]; answer: Answer }[] }));
const keysOf = (runs: Record<string, string[]>) => new Map(Object.entries(runs).map(([run, names]) => [run, names.map((key): KeyInfo => ({
  key, kind: 'history', count: 1, hidden: false, goal: 'none', stepMetric: null,
}))]));
const handlers = vi.hoisted(() => new Set<(event: { type: string }) => void>());
vi.mock('../../src/state/live', () => ({ kSettleListMs: 0, live: {
  settled: () => Promise.resolve(),
  subscribe: (_target: unknown, handler: (event: { type: string }) => void) => {
    handlers.add(handler);
    return () => handlers.delete(handler);
  },
} }));
vi.mock('../../src/api/client', () => ({
  kKeyRunsPerRequest: 200,
  getKeysOfProject: (name: string) => new Promise((resolve, fail) => asked.projects.push({ name, answer: (runs) => resolve(keysOf(runs)), fail: () => fail(new Error('no')) })),
  getKeysOfRuns: (ids: readonly string[]) => new Promise((resolve) => asked.runs.push({ ids, answer: (runs) => resolve(keysOf(runs)) })),
}));

function make(ids: string[]) {
  return createRoot((dispose) => {
    const [runs, setRuns] = createSignal(ids);
    const [project, setProject] = createSignal('imdb');
    return { keys: createRunKeys(runs, project), setRuns, setProject, dispose };
  });
}
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
const names = (keys: ReturnType<typeof createRunKeys>) => keys.keys().map((key) => key.key).sort();

beforeEach(() => {
  asked.projects.length = 0;
  asked.runs.length = 0;
});

it('asks for the keys of a project before its runs are known, and only for runs that the answer lacks', async () => {
  const { keys, setRuns, dispose } = make([]);
  await settle();
  expect([asked.projects[0]?.name, keys.state()]).toEqual(['imdb', 'loading']);
  setRuns(['a', 'b', 'c']);
  await settle();
  expect(asked.runs).toEqual([]);
  asked.projects[0]?.answer({ a: ['loss'], b: ['accuracy'] });
  await settle();
  expect([keys.state(), names(keys)]).toEqual(['ready', ['accuracy', 'loss']]);
  expect(asked.runs.map((one) => one.ids)).toEqual([['c']]);
  asked.runs[0]?.answer({ c: ['f1'] });
  await settle();
  expect(names(keys)).toEqual(['accuracy', 'f1', 'loss']);
  dispose();
});

it('asks run by run when the project does not answer', async () => {
  const { keys, dispose } = make(['a']);
  await settle();
  asked.projects[0]?.fail();
  await settle();
  expect(asked.runs.map((one) => one.ids)).toEqual([['a']]);
  asked.runs[0]?.answer({ a: ['loss'] });
  await settle();
  expect([keys.state(), names(keys)]).toEqual(['ready', ['loss']]);
  dispose();
});

it('forgets the keys of another project', async () => {
  const { keys, setProject, dispose } = make(['a']);
  await settle();
  asked.projects[0]?.answer({ a: ['loss'] });
  await settle();
  setProject('sst2');
  await settle();
  expect([keys.state(), names(keys), asked.projects[1]?.name]).toEqual(['loading', [], 'sst2']);
  dispose();
});

it('asks again when the socket was late, and keeps what it has meanwhile', async () => {
  const { keys, dispose } = make(['a']);
  await settle();
  asked.projects[0]?.answer({ a: ['loss'] });
  await settle();
  handlers.forEach((handler) => handler({ type: 'resync' }));
  await settle();
  expect([keys.state(), names(keys), asked.projects.length]).toEqual(['ready', ['loss'], 2]);
  asked.projects[1]?.answer({ a: ['loss', 'f1'] });
  await settle();
  expect(names(keys)).toEqual(['f1', 'loss']);
  dispose();
  expect(handlers.size).toBe(0);
});
