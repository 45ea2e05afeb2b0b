// The lines of a page's panels on one x axis. Panels that can be seen say so (want); what they lack is asked for in one
// request for all of them, again after a zoom, and live points are appended in between. Old lines stay on the screen,
// stretched, until the sharper ones are there. A source is a run, or a group of runs that the server makes one line of.
import { createEffect, on, onCleanup, type Accessor } from 'solid-js';
import { getSeries } from '../api/client';
import { isAbort, messageOf } from '../api/http';
import type { PointColumns, SeriesAnswer, Smoothing, XMode } from '../api/types';
import { lineFromGroup, lineFromSeries } from '../charts/line_data';
import type { Range } from '../charts/range';
import { clearEntry, makeEntry, type Delta, type Entry, type PanelSeries } from './series_entry';
import { formFor, serves, type Detail, type Form } from './series_form';
import { appendPoints, seriesRequest, type Source } from './series_source';

export interface SeriesStore {
  x: Accessor<XMode>;
  range: Accessor<Range | null>;
  panel: (key: string) => Accessor<PanelSeries>;
  // `panel`: CSS pixels of the plot; without a height values must be exact.
  // What is returned ends the wish; exact lines that nobody wants are let go, they are many times larger than a picture.
  want: (key: string, panel: Form) => () => void;
  // When all lines that the panel wants are here. Rejects if they cannot be read.
  complete: (key: string) => Promise<void>;
  append: (run: string, keys: ReadonlyMap<string, PointColumns>) => void;
  // Everything of the run is read again, also by panels whose last read failed.
  refresh: (run: string) => void;
  retry: (key: string) => void;
}

export interface StoreOptions {
  runs: Accessor<readonly Source[]>;
  x: Accessor<XMode>;
  range: Accessor<Range | null>;
  // Of the lines that are not here as a whole; the others are smoothed where they are drawn.
  smoothing?: Accessor<Smoothing | null>;
  // 'picture' if absent.
  detail?: Detail;
}

const kStaleMs = 1500;
// What only the server can make (groups, smoothed parts, x of another key) is read again at most so often while it grows.
const kServerMadeMs = 4000;
const kSmoothingMs = 150;

export function createSeriesStore(options: StoreOptions): SeriesStore {
  const entries = new Map<string, Entry>();
  // How many want it.
  const wanted = new Map<string, number>();
  const changed = new Set<Entry>();
  const smoothing = options.smoothing ?? (() => null);
  const detail = options.detail ?? 'picture';
  let abort = new AbortController();
  let pumpTimer: ReturnType<typeof setTimeout> | null = null;
  let pumpAt = 0;
  let isPumpDue = false;
  let isOver = false;
  let frame = 0;

  function entryOf(key: string): Entry {
    let entry = entries.get(key);
    if (!entry) {
      entry = makeEntry();
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

  function pumpNow(): void {
    if (isPumpDue) return;
    isPumpDue = true;
    queueMicrotask(() => {
      isPumpDue = false;
      if (!isOver) pump();
    });
  }

  function pumpSoon(delayMs = 0): void {
    if (delayMs === 0) {
      pumpNow();
      return;
    }
    const at = performance.now() + delayMs;
    if (pumpTimer !== null && pumpAt <= at) return;
    if (pumpTimer !== null) clearTimeout(pumpTimer);
    pumpAt = at;
    pumpTimer = setTimeout(() => {
      pumpTimer = null;
      pump();
    }, delayMs);
  }

  const formOf = (entry: Entry): Form => formFor(detail, entry.panel, options.runs().length);
  const lacks = (entry: Entry, form: Form): Source[] => options.runs().filter((source) => !serves(entry.have.get(source.id), form));

  // Keys that lack the same sources in the same form share a request.
  function pump(): void {
    const sources = options.runs();
    if (detail === 'exact') {
      for (const [key, entry] of entries) if (!wanted.has(key) && entry.have.size > 0) clearEntry(entry);
    }
    const batches = new Map<string, { keys: string[]; sources: Source[]; form: Form }>();
    for (const key of wanted.keys()) {
      const entry = entryOf(key);
      if (entry.failed) continue;
      const form = formOf(entry);
      const missing = lacks(entry, form).filter((source) => !entry.inFlight.has(source.id));
      if (missing.length === 0) continue;
      // Groups share their cells: one that is read again takes the others with it.
      const together = missing.some((source) => source.members) ? sources.filter((source) => !entry.inFlight.has(source.id)) : missing;
      const name = [form.width, form.height, ...together.map((source) => source.id)].join('\n');
      const batch = batches.get(name) ?? { keys: [], sources: [...together], form };
      batch.keys.push(key);
      batches.set(name, batch);
    }
    for (const batch of batches.values()) void request(batch.keys, batch.sources, batch.form);
  }

  async function request(keys: string[], sources: readonly Source[], form: Form): Promise<void> {
    const { signal } = abort;
    const range = options.range();
    const ids = sources.map((source) => source.id);
    for (const key of keys) ids.forEach((id) => entryOf(key).inFlight.add(id));
    try {
      const answer = await getSeries(seriesRequest({ keys, sources, x: options.x(), form, range, smoothing: smoothing() }), signal);
      if (signal.aborted) return;
      accept(keys, ids, answer, { form, reach: range === null ? 'whole' : 'part' });
    } catch (failure) {
      if (signal.aborted || isAbort(failure)) return;
      for (const key of keys) fail(entryOf(key), ids, messageOf(failure));
    }
  }

  function accept(keys: string[], ids: string[], answer: SeriesAnswer, asked: { form: Form; reach: 'whole' | 'part' }): void {
    for (const series of answer.series) entryOf(series.key).lines.set(series.run, lineFromSeries(series, asked.reach));
    for (const group of answer.groups) entryOf(group.key).lines.set(group.group, lineFromGroup(group, 'std'));
    for (const key of keys) {
      const entry = entryOf(key);
      for (const id of ids) {
        entry.inFlight.delete(id);
        const again = entry.outdated.get(id);
        if (again === undefined) entry.have.set(id, asked.form);
        else pumpSoon(again);
        entry.outdated.delete(id);
      }
      for (const delta of entry.pending) appendTo(entry, delta, 'replay');
      if (entry.inFlight.size === 0) entry.pending = [];
      publishSoon(entry);
      tellIfComplete(entry);
      if (!serves(asked.form, formOf(entry))) pumpSoon();
    }
  }

  function release(key: string): void {
    const left = (wanted.get(key) ?? 1) - 1;
    if (left > 0) wanted.set(key, left);
    else wanted.delete(key);
    if (detail === 'exact') pumpSoon();
  }

  function tellIfComplete(entry: Entry): void {
    if (entry.waiting.length === 0 || lacks(entry, formOf(entry)).length > 0) return;
    entry.waiting.splice(0).forEach((waiter) => waiter.resolve());
  }

  function fail(entry: Entry, ids: string[], error: string): void {
    ids.forEach((id) => entry.inFlight.delete(id));
    entry.failed = true;
    entry.waiting.splice(0).forEach((waiter) => waiter.reject(new Error(error)));
    entry.write({ lines: entry.lines, status: entry.lines.size > 0 ? 'ready' : 'error', error });
  }

  function forgive(entry: Entry): void {
    if (!entry.failed) return;
    entry.failed = false;
    entry.write({ lines: entry.lines, status: entry.lines.size > 0 ? 'ready' : 'loading', error: '' });
  }

  function readAgain(entry: Entry, id: string, delayMs: number): void {
    entry.have.delete(id);
    if (entry.inFlight.has(id)) entry.outdated.set(id, delayMs);
    else pumpSoon(delayMs);
  }

  function appendTo(entry: Entry, delta: Delta, how: 'live' | 'replay'): void {
    const source = options.runs().find((one) => one.id === delta.run);
    const line = entry.lines.get(delta.run);
    if (!source || !line) return;
    if (!appendPoints(line, delta.columns, { x: options.x(), range: options.range(), createdUs: source.createdUs, how })) {
      readAgain(entry, delta.run, kServerMadeMs);
      return;
    }
    if (smoothing() && !line.isComplete) readAgain(entry, delta.run, kServerMadeMs);
    if (line.stale) {
      line.stale = false;
      readAgain(entry, delta.run, kStaleMs);
    }
  }

  function startOver(what: 'zoom' | 'axis' | 'smoothing'): void {
    abort.abort();
    abort = new AbortController();
    for (const entry of entries.values()) {
      // Lines that are here as a whole need no smoothing by the server.
      const kept = what === 'smoothing' ? [...entry.have].filter(([id]) => entry.lines.get(id)?.isComplete === true) : [];
      entry.have = new Map(kept);
      entry.inFlight.clear();
      entry.outdated.clear();
      entry.pending = [];
      forgive(entry);
      // Lines of another zoom may be drawn meanwhile, but not read.
      if (what === 'axis' || (what === 'zoom' && detail === 'exact')) clearEntry(entry);
    }
    pumpSoon(what === 'smoothing' ? kSmoothingMs : 0);
  }

  createEffect(on(options.x, () => startOver('axis'), { defer: true }));
  createEffect(on(options.range, () => startOver('zoom'), { defer: true }));
  createEffect(on(smoothing, () => startOver('smoothing'), { defer: true }));
  createEffect(on(options.runs, (sources, before) => {
    const members = new Map(before?.map((source) => [source.id, source.members?.join()]));
    for (const source of sources) {
      if (!source.members || members.get(source.id) === source.members.join()) continue;
      for (const entry of entries.values()) entry.have.delete(source.id);
    }
    pumpSoon();
  }, { defer: true }));
  onCleanup(() => {
    isOver = true;
    abort.abort();
    if (pumpTimer !== null) clearTimeout(pumpTimer);
    cancelAnimationFrame(frame);
  });

  const groupsOf = (run: string): Source[] => options.runs().filter((source) => source.members?.includes(run) === true);
  return {
    x: options.x,
    range: options.range,
    panel: (key) => entryOf(key).read,
    want: (key, panel) => {
      const entry = entryOf(key);
      // In steps of 100 device pixels, so that a small resize asks nothing again.
      const width = Math.min(8000, Math.max(100, Math.ceil((panel.width * devicePixelRatio) / 100) * 100));
      const height = panel.height === null ? null : Math.ceil(panel.height * devicePixelRatio);
      entry.panel = { width: Math.max(entry.panel.width, width), height };
      wanted.set(key, (wanted.get(key) ?? 0) + 1);
      pumpSoon();
      return () => release(key);
    },
    complete: (key) => new Promise((resolve, reject) => {
      const entry = entryOf(key);
      entry.waiting.push({ resolve, reject });
      forgive(entry);
      tellIfComplete(entry);
      pumpSoon();
    }),
    append: (run, keys) => {
      const groups = groupsOf(run);
      for (const [key, columns] of keys) {
        const entry = entries.get(key);
        if (!entry) continue;
        for (const group of groups) readAgain(entry, group.id, kServerMadeMs);
        const delta = { run, columns };
        if (entry.inFlight.has(run)) entry.pending.push(delta);
        appendTo(entry, delta, 'live');
        publishSoon(entry);
      }
    },
    refresh: (run) => {
      for (const entry of entries.values()) {
        for (const id of [run, ...groupsOf(run).map((group) => group.id)]) {
          entry.have.delete(id);
          if (entry.inFlight.has(id)) entry.outdated.set(id, 0);
        }
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
