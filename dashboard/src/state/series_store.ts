// The lines of a page's panels. Panels that can be seen say so (want); what they lack is asked for in one request for
// all of them, again after a zoom, and live points are appended in between. Old lines stay on the screen, stretched,
// until the sharper ones are there.
import { createEffect, createSignal, on, onCleanup, type Accessor, type Setter } from 'solid-js';
import { getSeries } from '../api/client';
import { isAbort, messageOf } from '../api/http';
import type { PointColumns, Series, XMode } from '../api/types';
import { lineFromSeries, type LineData } from '../charts/line_data';
import type { Range } from '../charts/range';

export interface RunRef {
  id: string;
  createdUs: number;
}

export interface PanelSeries {
  lines: ReadonlyMap<string, LineData>;
  // 'error' has nothing to show; lines that were there before a read failed stay 'ready'.
  status: 'loading' | 'ready' | 'error';
  // Why the last read failed, until it is tried again; else empty.
  error: string;
}

export interface SeriesStore {
  x: Accessor<XMode>;
  range: Accessor<Range | null>;
  panel: (key: string) => Accessor<PanelSeries>;
  // `width`: CSS pixels of the plot.
  want: (key: string, width: number) => void;
  unwant: (key: string) => void;
  // The line over the whole range, when it has been seen; what lies before a zoomed picture.
  overview: (key: string, run: string) => LineData | undefined;
  append: (run: string, keys: ReadonlyMap<string, PointColumns>) => void;
  // Everything of the run is read again, also by panels whose last read failed.
  refresh: (run: string) => void;
  retry: (key: string) => void;
}

interface Delta {
  run: string;
  columns: PointColumns;
}

interface Entry {
  lines: Map<string, LineData>;
  overview: Map<string, LineData>;
  have: Set<string>;
  inFlight: Set<string>;
  // Lost deltas while a request was under way: its answer is not the last word.
  outdated: Set<string>;
  // Deltas that came while a request was under way: its answer may lack them.
  pending: Delta[];
  width: number;
  failed: boolean;
  read: Accessor<PanelSeries>;
  write: Setter<PanelSeries>;
}

const kMicros = 1e6;
const kStaleMs = 1500;

export function createSeriesStore(options: {
  runs: Accessor<readonly RunRef[]>;
  x: Accessor<XMode>;
  range: Accessor<Range | null>;
}): SeriesStore {
  const entries = new Map<string, Entry>();
  const wanted = new Set<string>();
  const changed = new Set<Entry>();
  let abort = new AbortController();
  let pumpTimer: ReturnType<typeof setTimeout> | null = null;
  let frame = 0;

  function entryOf(key: string): Entry {
    let entry = entries.get(key);
    if (!entry) {
      const [read, write] = createSignal<PanelSeries>({ lines: new Map(), status: 'loading', error: '' });
      entry = {
        lines: new Map(), overview: new Map(), have: new Set(), inFlight: new Set(), outdated: new Set(), pending: [], width: 0, failed: false,
        read, write,
      };
      entries.set(key, entry);
    }
    return entry;
  }

  function publishSoon(entry: Entry): void {
    changed.add(entry);
    if (frame !== 0) return;
    frame = requestAnimationFrame(() => {
      frame = 0;
      for (const one of changed) {
        one.write((was) => ({ lines: one.lines, status: 'ready', error: one.failed ? was.error : '' }));
      }
      changed.clear();
    });
  }

  function pumpSoon(delayMs = 0): void {
    if (pumpTimer !== null) return;
    pumpTimer = setTimeout(() => {
      pumpTimer = null;
      pump();
    }, delayMs);
  }

  // Keys that lack the same runs share a request.
  function pump(): void {
    const runs = options.runs();
    const groups = new Map<string, { keys: string[]; runs: string[]; width: number }>();
    for (const key of wanted) {
      const entry = entryOf(key);
      if (entry.failed) continue;
      const missing = runs.filter((run) => !entry.have.has(run.id) && !entry.inFlight.has(run.id)).map((run) => run.id);
      if (missing.length === 0) continue;
      const name = missing.join(' ');
      const group = groups.get(name) ?? { keys: [], runs: missing, width: 0 };
      group.keys.push(key);
      group.width = Math.max(group.width, entry.width);
      groups.set(name, group);
    }
    for (const group of groups.values()) void request(group.keys, group.runs, group.width);
  }

  async function request(keys: string[], runs: string[], width: number): Promise<void> {
    const { signal } = abort;
    const x = options.x();
    const range = options.range();
    const unit = x === 'time' ? kMicros : 1;
    for (const key of keys) runs.forEach((run) => entryOf(key).inFlight.add(run));
    try {
      const answer = await getSeries({
        runs, keys, x, width,
        from: range && Math.floor(range.min * unit * 1e6) / 1e6,
        to: range && Math.ceil(range.max * unit * 1e6) / 1e6,
      }, signal);
      if (signal.aborted) return;
      accept(keys, runs, answer, range === null);
    } catch (failure) {
      if (signal.aborted || isAbort(failure)) return;
      for (const key of keys) fail(entryOf(key), runs, messageOf(failure));
    }
  }

  function accept(keys: string[], runs: string[], answer: Series[], isWhole: boolean): void {
    for (const series of answer) {
      const entry = entryOf(series.key);
      const line = lineFromSeries(series);
      entry.lines.set(series.run, line);
      if (isWhole) entry.overview.set(series.run, line);
    }
    for (const key of keys) {
      const entry = entryOf(key);
      for (const run of runs) {
        entry.inFlight.delete(run);
        if (entry.outdated.delete(run)) pumpSoon();
        else entry.have.add(run);
      }
      for (const delta of entry.pending) appendTo(entry, delta, 'replay');
      if (entry.inFlight.size === 0) entry.pending = [];
      publishSoon(entry);
    }
  }

  function fail(entry: Entry, runs: string[], error: string): void {
    runs.forEach((run) => entry.inFlight.delete(run));
    entry.failed = true;
    entry.write({ lines: entry.lines, status: entry.lines.size > 0 ? 'ready' : 'error', error });
  }

  function forgive(entry: Entry): void {
    if (!entry.failed) return;
    entry.failed = false;
    entry.write({ lines: entry.lines, status: entry.lines.size > 0 ? 'ready' : 'loading', error: '' });
  }

  function appendTo(entry: Entry, delta: Delta, how: 'live' | 'replay'): void {
    const line = entry.lines.get(delta.run);
    if (!line) return;
    const x = options.x();
    const range = options.range();
    const createdUs = options.runs().find((run) => run.id === delta.run)?.createdUs ?? 0;
    const { step, timeUs, value } = delta.columns;
    if (x === 'step' && step === null) return;
    // What a bucketed answer already counted must not count twice.
    const floor = how === 'replay' && line.mode === 'buckets' && line.n > 0 ? line.xLast[line.n - 1]! : -Infinity;
    for (let i = 0; i < value.length; i++) {
      const at = x === 'step' ? step![i]! : x === 'time' ? timeUs[i]! / kMicros : (timeUs[i]! - createdUs) / kMicros;
      if (at <= floor || (range && (at < range.min || at > range.max))) continue;
      line.append(at, value[i]!);
    }
    if (line.stale) {
      line.stale = false;
      entry.have.delete(delta.run);
      pumpSoon(kStaleMs);
    }
  }

  function startOver(axis: 'same axis' | 'new axis'): void {
    abort.abort();
    abort = new AbortController();
    for (const entry of entries.values()) {
      entry.have.clear();
      entry.inFlight.clear();
      entry.outdated.clear();
      entry.pending = [];
      forgive(entry);
      if (axis === 'new axis') {
        entry.lines = new Map();
        entry.overview = new Map();
        entry.write({ lines: entry.lines, status: 'loading', error: '' });
      }
    }
    pumpSoon();
  }

  createEffect(on(options.x, () => startOver('new axis'), { defer: true }));
  createEffect(on(options.range, () => startOver('same axis'), { defer: true }));
  createEffect(on(options.runs, () => pumpSoon(), { defer: true }));
  onCleanup(() => {
    abort.abort();
    if (pumpTimer !== null) clearTimeout(pumpTimer);
    cancelAnimationFrame(frame);
  });

  return {
    x: options.x,
    range: options.range,
    panel: (key) => entryOf(key).read,
    want: (key, width) => {
      const entry = entryOf(key);
      // In steps of 100 device pixels, so that a small resize asks nothing again.
      const rounded = Math.min(8000, Math.ceil((width * devicePixelRatio) / 100) * 100);
      if (rounded > entry.width * 1.5) entry.have.clear();
      entry.width = Math.max(entry.width, rounded, 100);
      wanted.add(key);
      pumpSoon();
    },
    unwant: (key) => wanted.delete(key),
    overview: (key, run) => entries.get(key)?.overview.get(run),
    append: (run, keys) => {
      for (const [key, columns] of keys) {
        const entry = entries.get(key);
        if (!entry) continue;
        const delta = { run, columns };
        if (entry.inFlight.has(run)) entry.pending.push(delta);
        appendTo(entry, delta, 'live');
        publishSoon(entry);
      }
    },
    refresh: (run) => {
      for (const entry of entries.values()) {
        entry.have.delete(run);
        if (entry.inFlight.has(run)) entry.outdated.add(run);
        forgive(entry);
      }
      pumpSoon();
    },
    retry: (key) => {
      forgive(entryOf(key));
      pumpSoon();
    },
  };
}
