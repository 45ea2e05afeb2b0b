// Runs side by side: one row for each leaf of what they were given, of what came out, and of where they ran.
import type { Json, JsonObject, Run } from '../api/types';
import { asNumber, flatten } from './flatten';

export type ComparePart = 'config' | 'summary' | 'environment';
export const kCompareParts: readonly ComparePart[] = ['summary', 'config', 'environment'];

export interface CompareRow {
  name: string;
  // One for each run; undefined where it has none.
  values: (Json | undefined)[];
  differs: boolean;
}

export function compareLeaves(objects: readonly JsonObject[]): CompareRow[] {
  const leaves = objects.map((object) => flatten(object));
  const names = [...new Set(leaves.flatMap((one) => [...one.keys()]))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
  return names.map((name) => {
    const values = leaves.map((one) => one.get(name));
    return { name, values, differs: new Set(values.map((value) => (value === undefined ? '' : JSON.stringify(value)))).size > 1 };
  });
}

export const compareRuns = (runs: readonly Run[], part: ComparePart): CompareRow[] => compareLeaves(runs.map((run) => run[part]));

// How a number stands to the first run's; null where there is nothing to compare.
export function deltaTo(base: Json | undefined, value: Json | undefined): number | null {
  const [from, to] = [asNumber(base), asNumber(value)];
  if (from === null || to === null || !Number.isFinite(from) || !Number.isFinite(to) || from === to) return null;
  return to - from;
}

// Runs that an address names, by whole ids or their first characters, in its order.
export function runsNamed(text: string | null, runs: readonly Run[]): Run[] {
  const names = (text ?? '').split(',').filter((name) => name.length >= 4);
  const found = names.map((name) => runs.find((run) => run.id.startsWith(name)));
  return [...new Set(found.filter((run) => run !== undefined))];
}

const kShortId = 8;

// Short where that is enough to tell the runs apart.
export function namesOf(chosen: readonly Run[], all: readonly Run[]): string {
  return chosen.map((run) => {
    const short = run.id.slice(0, kShortId);
    return all.some((other) => other.id !== run.id && other.id.startsWith(short)) ? run.id : short;
  }).join(',');
}
