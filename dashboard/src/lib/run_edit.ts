// Changes of a run after the fact: how a run looks with one, and what takes it back. Tags are added and removed, never
// replaced as a whole: what a program or another reader added meanwhile stays.
import type { Run } from '../api/types';

export interface RunChange {
  name?: string;
  notes?: string;
  group?: string;
  addTags?: readonly string[];
  removeTags?: readonly string[];
}

export type TextField = 'name' | 'notes' | 'group';
export const kTextFields: readonly TextField[] = ['name', 'notes', 'group'];
// The server's limits in bytes (docs/spool-format.md).
const kMostBytes: Readonly<Record<TextField, number>> = { name: 512, group: 512, notes: 64 * 1024 };
const kTagBytes = 512;
const kMostTags = 1000;

function withTags(run: Run, change: RunChange): string[] {
  const removed = new Set(change.removeTags);
  return [...new Set([...run.tags, ...(change.addTags ?? [])])].filter((tag) => !removed.has(tag));
}

// The run as it will be. Its version stays: whatever the server says next is newer.
export function changedRun(run: Run, change: RunChange): Run {
  return {
    ...run, name: change.name ?? run.name, notes: change.notes ?? run.notes, group: change.group ?? run.group, tags: withTags(run, change),
  };
}

export function changesNothing(run: Run, change: RunChange): boolean {
  const next = changedRun(run, change);
  return kTextFields.every((field) => next[field] === run[field]) && next.tags.join('\n') === run.tags.join('\n');
}

// What brings `run` back from `change`: only what the change does to it.
export function undoOf(run: Run, change: RunChange): RunChange {
  const undo: RunChange = {};
  for (const field of kTextFields) if (change[field] !== undefined && change[field] !== run[field]) undo[field] = run[field];
  const next = withTags(run, change);
  const added = next.filter((tag) => !run.tags.includes(tag));
  const removed = run.tags.filter((tag) => !next.includes(tag));
  return { ...undo, ...(removed.length > 0 ? { addTags: removed } : {}), ...(added.length > 0 ? { removeTags: added } : {}) };
}

// Words between commas and line ends, each once.
export const splitTags = (text: string): string[] =>
  [...new Set(text.split(/[,\n]/).map((tag) => tag.trim()).filter((tag) => tag !== ''))];

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

// Why the server would refuse it, in words for who typed it; null if it would not.
export function problemOf(change: RunChange): string | null {
  if (change.name?.trim() === '') return 'A run needs a name.';
  for (const field of kTextFields) {
    const size = bytesOf(change[field] ?? '');
    if (size > kMostBytes[field]) return `The ${field} is ${size} bytes long; at most ${kMostBytes[field]} are kept.`;
  }
  const long = (change.addTags ?? []).find((tag) => bytesOf(tag) > kTagBytes);
  if (long !== undefined) return `The tag “${long.slice(0, 20)}…” is longer than ${kTagBytes} bytes.`;
  return (change.addTags?.length ?? 0) > kMostTags ? `A run has at most ${kMostTags} tags.` : null;
}

// Tags of some runs and how many of them have each, the most frequent first.
export function countTags(runs: readonly Run[]): { tag: string; runs: number }[] {
  const counts = new Map<string, number>();
  for (const run of runs) for (const tag of run.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  return [...counts].map(([tag, n]) => ({ tag, runs: n })).sort((a, b) => b.runs - a.runs || a.tag.localeCompare(b.tag, undefined, { numeric: true }));
}
