// Which keys the runs of a page have: asked of the newest runs in one request, and widened by what arrives live.
import { batch, createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js';
import { getKeysOfProject, getKeysOfRuns, kKeyRunsPerRequest } from '../api/client';
import { isAbort } from '../api/http';
import type { KeyInfo, PointColumns } from '../api/types';
import { mergeKeys } from '../lib/sections';
import { kSettleListMs, live } from './live';

// The newest runs of a project tell which keys there are; older ones rarely know another.
export const kNewestRuns = 24;

export interface RunKeys {
  keys: Accessor<KeyInfo[]>;
  state: Accessor<'loading' | 'ready'>;
  // The x that define_metric gave a key.
  stepMetric: (key: string) => string | null;
  // Keys that can be an x axis: numbers of the history.
  metricAxes: Accessor<string[]>;
  // All of them.
  names: Accessor<string[]>;
  // Takes note of keys that a delta brought.
  sawPoints: (run: string, keys: ReadonlyMap<string, PointColumns>) => void;
}

// With a project its newest runs are asked for at once, whatever `runs` will say, and again when `caughtUp` rises.
export function createRunKeys(runs: Accessor<readonly string[]>, project?: Accessor<string>, caughtUp?: Accessor<number>): RunKeys {
  const byRun = new Map<string, readonly KeyInfo[]>();
  const asked = new Set<string>();
  const [revision, setRevision] = createSignal(0);
  const [begun, setBegun] = createSignal(project === undefined);
  const [done, setDone] = createSignal(false);
  let abort = new AbortController();
  onCleanup(() => abort.abort());
  const bump = (): number => setRevision((n) => n + 1);
  const learn = (answer: ReadonlyMap<string, readonly KeyInfo[]>): void => answer.forEach((keys, run) => {
    asked.add(run);
    byRun.set(run, keys);
  });

  const stop = (): AbortSignal => {
    abort.abort();
    abort = new AbortController();
    return abort.signal;
  };

  async function begin(name: string, signal: AbortSignal, how: 'first' | 'again'): Promise<void> {
    try {
      if (how === 'again') await live.settled(kSettleListMs);
      learn(await getKeysOfProject(name, kNewestRuns, signal));
    } catch {
      // They are asked for one by one then.
    }
    if (signal.aborted) return;
    batch(() => {
      setBegun(true);
      if (byRun.size > 0) setDone(true);
      bump();
    });
  }

  function follow(name: string): void {
    byRun.clear();
    asked.clear();
    batch(() => {
      setBegun(false);
      setDone(false);
      bump();
    });
    // Keys that were first logged before the socket was there.
    onCleanup(live.subscribe({ project: name }, (event) => {
      if (event.type === 'resync') void begin(name, stop(), 'again');
    }));
    void begin(name, stop(), 'first');
  }

  async function ask(missing: readonly string[], signal: AbortSignal): Promise<void> {
    try {
      learn(await getKeysOfRuns(missing, signal));
    } catch (failure) {
      // The charts of the other runs stand; these are asked again when the list changes.
      if (!isAbort(failure)) missing.forEach((run) => asked.delete(run));
    }
  }

  if (project) createEffect(on(project, follow));
  if (project && caughtUp) createEffect(on(caughtUp, () => void begin(project(), stop(), 'again'), { defer: true }));
  createEffect(() => {
    if (!begun()) return;
    const missing = runs().filter((run) => !asked.has(run));
    if (missing.length === 0) {
      if (runs().length > 0) setDone(true);
      return;
    }
    missing.forEach((run) => asked.add(run));
    const parts: string[][] = [];
    for (let i = 0; i < missing.length; i += kKeyRunsPerRequest) parts.push(missing.slice(i, i + kKeyRunsPerRequest));
    const { signal } = abort;
    void Promise.all(parts.map((part) => ask(part, signal))).then(() => {
      if (signal.aborted) return;
      bump();
      setDone(true);
    });
  });

  const keys = createMemo(() => {
    revision();
    return [...mergeKeys(byRun.values()).values()];
  });
  const stepMetrics = createMemo(() => new Map(keys().flatMap((key) => (key.stepMetric === null ? [] : [[key.key, key.stepMetric] as const]))),
    undefined, { equals: (a, b) => JSON.stringify([...a]) === JSON.stringify([...b]) });
  const namesOf = (take: (key: KeyInfo) => boolean): Accessor<string[]> => createMemo(
    () => keys().filter(take).map((key) => key.key).sort((a, b) => a.localeCompare(b, undefined, { numeric: true })),
    undefined, { equals: (a, b) => a.join('\n') === b.join('\n') });
  const metricAxes = namesOf((key) => key.kind === 'history');
  const names = namesOf(() => true);
  return {
    keys,
    metricAxes,
    names,
    stepMetric: (key) => stepMetrics().get(key) ?? null,
    state: () => (done() ? 'ready' : 'loading'),
    sawPoints: (run, columns) => {
      const held = byRun.get(run) ?? [];
      const names = new Set(held.map((key) => key.key));
      const fresh = [...columns].filter(([name]) => !names.has(name)).map(([name, points]): KeyInfo => ({
        key: name, kind: points.step === null ? 'system' : 'history', count: points.value.length, hidden: false, goal: 'none', stepMetric: null,
      }));
      if (fresh.length === 0) return;
      byRun.set(run, [...held, ...fresh]);
      bump();
    },
  };
}
