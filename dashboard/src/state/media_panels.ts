// What several runs logged to be looked at: which keys there are, and what stands at a step. One step for all panels.
import { createEffect, createMemo, createResource, createSignal, on, onCleanup, type Accessor, type Resource } from 'solid-js';
import { getMediaKeys, kMediaRunsPerRequest, listMedia, type MediaEntry } from '../api/media';
import { panelsOf, type MediaPanelInfo, type MediaRun } from '../lib/media_panels';
import { indexAt, stepsOf } from '../lib/media_steps';
import { held } from './held';
import { query, setQuery } from './location';

// Runs side by side in a panel.
export const kMostRunsOfPanel = 8;
// Entries of a run that a panel reads.
export const kMostEntries = 5000;
const kRereadMs = 5000;

export interface MediaKeys {
  panels: Accessor<MediaPanelInfo[]>;
  state: Accessor<'loading' | 'ready' | 'error'>;
  error: Accessor<unknown>;
  retry: () => void;
}

// `changes` is read to know that there may be more: asked again then, at most every few seconds.
export function createMediaKeys(runs: Accessor<readonly MediaRun[]>, changes: Accessor<unknown>): MediaKeys {
  const ids = createMemo(() => runs().slice(0, kMediaRunsPerRequest).map((run) => run.id), undefined, { equals: (a, b) => a.join() === b.join() });
  const [keys, { refetch }] = createResource(ids, (some) => (some.length === 0 ? [] : getMediaKeys(some)));
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(on(changes, () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void refetch();
    }, kRereadMs);
  }, { defer: true }));
  onCleanup(() => clearTimeout(timer));
  return {
    panels: createMemo(() => panelsOf(held(keys) ?? [], runs())),
    state: () => (keys.error !== undefined ? 'error' : held(keys) === undefined ? 'loading' : 'ready'),
    error: () => keys.error as unknown,
    retry: () => void refetch(),
  };
}

// The step of the address: all panels show what stands there, or was logged last before it. Null: the last of each.
export function chosenStep(): number | null {
  const text = query('step');
  const step = Number(text ?? NaN);
  return text !== null && Number.isSafeInteger(step) ? step : null;
}
export const chooseStep = (step: number | null): void => setQuery({ step: step === null ? null : String(step) });

export interface MediaPanelState {
  entries: Resource<Map<string, MediaEntry[]>>;
  steps: Accessor<number[]>;
  // Of `steps`; -1 while there are none.
  index: Accessor<number>;
  step: Accessor<number>;
  retry: () => void;
}

export function createMediaPanel(info: Accessor<MediaPanelInfo>): MediaPanelState {
  const [abort] = createSignal(new AbortController());
  onCleanup(() => abort().abort());
  const wish = createMemo(() => ({ ...info(), runs: info().runs.slice(0, kMostRunsOfPanel) }), undefined, {
    equals: (a, b) => a.key === b.key && a.type === b.type && a.count === b.count && a.runs.map((run) => run.id).join() === b.runs.map((run) => run.id).join(),
  });
  const [entries, { refetch }] = createResource(wish, async (one) => new Map(await Promise.all(one.runs.map(async (run) => [
    run.id, await listMedia({ run: run.id, key: one.key, type: one.type, most: kMostEntries, withContent: false }, abort().signal),
  ] as const))));
  const steps = createMemo(() => stepsOf([...(held(entries)?.values() ?? [])]));
  const index = createMemo(() => indexAt(steps(), chosenStep()));
  return { entries, steps, index, step: () => steps()[index()] ?? 0, retry: () => void refetch() };
}
