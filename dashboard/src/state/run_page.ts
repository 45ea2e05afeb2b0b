// One run, kept true by deltas: its data, its keys, its lines.
import { batch, createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js';
import { getRun } from '../api/client';
import { ApiError, isAbort } from '../api/http';
import type { LiveEvent, Run } from '../api/types';
import type { DrawnRun, PanelContext } from '../components/panels/model';
import { failureOf, type Failure } from '../lib/failure';
import { createChartView } from './chart_view';
import { kSettleMs, live } from './live';
import { createRunKeys, type RunKeys } from './project_keys';
import { createPanelStores } from './panel_stores';
import { onRunTold, withEdits } from './run_overlay';

export interface LiveRun {
  run: Accessor<Run | null>;
  error: Accessor<Failure | null>;
  retry: () => void;
  context: PanelContext;
  keys: RunKeys;
  // Log lines and losses of them, for whoever shows logs.
  onEvent: (handler: (event: LiveEvent) => void) => () => void;
}

export function createLiveRun(id: Accessor<string>): LiveRun {
  const [told, setTold] = createSignal<Run | null>(null);
  const run = createMemo(() => { const held = told(); return held && withEdits(held); });
  const [error, setError] = createSignal<Failure | null>(null);
  const view = createChartView();
  const drawn = createMemo(
    (): DrawnRun[] => {
      const current = run();
      return current ? [{ id: current.id, label: current.name, createdUs: current.createdUs, color: 0 }] : [];
    },
    undefined,
    { equals: (a, b) => a[0]?.id === b[0]?.id && a[0]?.label === b[0]?.label },
  );
  const ids = createMemo(() => drawn().map((one) => one.id), undefined, { equals: (a, b) => a.join() === b.join() });
  const keys = createRunKeys(ids);
  const stores = createPanelStores(drawn, view, keys.names);
  const handlers = new Set<(event: LiveEvent) => void>();
  let abort = new AbortController();

  const keep = (next: Run): void => {
    const held = told();
    if (held?.id !== next.id || next.version >= held.version) setTold(next);
    setError(null);
  };

  async function load(): Promise<void> {
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    try {
      await live.settled(kSettleMs);
      const next = await getRun(id(), signal);
      batch(() => {
        keep(next);
      });
    } catch (failure) {
      if (signal.aborted || isAbort(failure)) return;
      const isGone = failure instanceof ApiError && (failure.code === 'not_found' || failure.code === 'permission_denied');
      if (run() && !isGone) return; // what is on the screen stays there
      setTold(null); // never was, or deleted meanwhile
      setError(failureOf(failure, 'run'));
    }
  }

  function received(event: LiveEvent): void {
    if (event.type === 'run' && event.run.id === id()) keep(event.run);
    if (event.type === 'points') {
      keys.sawPoints(event.run, event.keys);
      stores.append(event.run, event.keys);
    }
    if (event.type === 'resync') {
      void load();
      stores.refresh(id());
    }
    for (const handler of handlers) handler(event);
  }

  createEffect(on(id, (current) => {
    batch(() => {
      setTold(null);
      setError(null);
    });
    const leave = live.subscribe({ run: current }, received);
    const leaveEdits = onRunTold((edited) => {
      if (edited.id === current) keep(edited);
    });
    void load();
    onCleanup(() => {
      leave();
      leaveEdits();
      abort.abort();
    });
  }));
  // State, summary and tags of a run are told to those who follow its project.
  const project = createMemo(() => run()?.project ?? null);
  createEffect(on(project, (name) => {
    if (name === null) return;
    onCleanup(live.subscribe({ project: name }, (event) => {
      if (event.type === 'run') received(event);
    }));
  }));

  return {
    run, error, retry: () => void load(), keys,
    context: {
      runs: drawn, view, stores, stepMetric: keys.stepMetric, metricAxes: keys.metricAxes, keyNames: keys.names, groupChoices: () => [], hasLegend: () => false,
    },
    onEvent: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
}
