// What a series store holds of one key: the lines of all sources, how they were asked for, and what is under way.
import { createSignal, type Accessor, type Setter } from 'solid-js';
import type { PointColumns } from '../api/types';
import type { LineData } from '../charts/line_data';
import type { Form } from './series_form';

export interface PanelSeries {
  lines: ReadonlyMap<string, LineData>;
  // 'error' has nothing to show; lines that were there before a read failed stay 'ready'.
  status: 'loading' | 'ready' | 'error';
  // Why the last read failed, until it is tried again; else empty.
  error: string;
}

export interface Delta {
  run: string;
  columns: PointColumns;
}

export interface Waiter {
  resolve: () => void;
  reject: (error: Error) => void;
}

export interface Entry {
  lines: Map<string, LineData>;
  // How each source was asked for, of those that are here.
  have: Map<string, Form>;
  inFlight: Set<string>;
  // Lost deltas while a request was under way: its answer is not the last word. When to ask again, in milliseconds.
  outdated: Map<string, number>;
  // Deltas that came while a request was under way: its answer may lack them.
  pending: Delta[];
  waiting: Waiter[];
  // Device pixels of the panel's plot.
  panel: Form;
  failed: boolean;
  read: Accessor<PanelSeries>;
  write: Setter<PanelSeries>;
}

export function makeEntry(): Entry {
  const [read, write] = createSignal<PanelSeries>({ lines: new Map(), status: 'loading', error: '' });
  return {
    lines: new Map(), have: new Map(), inFlight: new Set(), outdated: new Map(), pending: [], waiting: [],
    panel: { width: 0, height: null }, failed: false, read, write,
  };
}

// Forgets its lines, to read them anew.
export function clearEntry(entry: Entry): void {
  entry.have = new Map();
  entry.lines = new Map();
  entry.write({ lines: entry.lines, status: 'loading', error: '' });
}
