// Runs with equal values of some fields, as groups. Fields are columns ("config.lr", "group", "state") or "tag", with
// which a run stands in the group of each of its tags. A run without a value is in the group "unset".
import type { Json, Run } from '../api/types';
import { cellValue, columnLabel, compareCells, type ColumnId } from './columns';
import { formatJson } from './format';

export interface RunGroup {
  // The same values give the same id.
  id: string;
  label: string;
  values: (Json | undefined)[];
  runs: Run[];
}

export const kGroupPrefix = 'group:';
const kUnset = 'unset';

const isUnset = (value: Json | undefined): boolean => value === undefined || value === null || value === '';

// All combinations of the run's values in the fields: one, or one for each tag.
function valuesOf(run: Run, fields: readonly ColumnId[]): (Json | undefined)[][] {
  let rows: (Json | undefined)[][] = [[]];
  for (const field of fields) {
    const values = field === 'tag' ? (run.tags.length > 0 ? run.tags : [undefined]) : [cellValue(run, field)];
    rows = rows.flatMap((row) => values.map((value) => [...row, value]));
  }
  return rows;
}

// Values alone where they say what they are; "unset" and the second number of several have their field beside them.
function labelOf(fields: readonly ColumnId[], values: readonly (Json | undefined)[]): string {
  const numbers = values.filter((value) => typeof value === 'number').length;
  return fields.map((field, i) => {
    const value = isUnset(values[i]) ? kUnset : formatJson(values[i]);
    const isClear = !isUnset(values[i]) && (typeof values[i] !== 'number' || numbers === 1);
    return isClear ? value : `${columnLabel(field).split(/[./]/).at(-1)!} ${value}`;
  }).join(' · ');
}

// In the order of their values, "unset" last.
export function groupRuns(runs: readonly Run[], fields: readonly ColumnId[]): RunGroup[] {
  const groups = new Map<string, RunGroup>();
  for (const run of runs) {
    for (const values of valuesOf(run, fields)) {
      const id = kGroupPrefix + JSON.stringify(values.map((value) => (isUnset(value) ? null : value)));
      const group = groups.get(id) ?? { id, label: labelOf(fields, values), values, runs: [] };
      group.runs.push(run);
      groups.set(id, group);
    }
  }
  return [...groups.values()].sort((a, b) => {
    for (let i = 0; i < fields.length; i++) {
      const by = compareCells(a.values[i], b.values[i], 'asc');
      if (by !== 0) return by;
    }
    return 0;
  });
}

export interface Spread {
  n: number;
  mean: number;
  // n − 1; NaN for fewer than two.
  std: number;
  min: number;
  max: number;
}

// Welford's recurrence; values that are not finite count for nothing.
export function spreadOf(values: Iterable<number>): Spread {
  const spread: Spread = { n: 0, mean: 0, std: 0, min: Infinity, max: -Infinity };
  let squares = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    spread.n += 1;
    const delta = value - spread.mean;
    spread.mean += delta / spread.n;
    squares += delta * (value - spread.mean);
    spread.min = Math.min(spread.min, value);
    spread.max = Math.max(spread.max, value);
  }
  if (spread.n === 0) return { n: 0, mean: NaN, std: NaN, min: NaN, max: NaN };
  return { ...spread, std: spread.n > 1 ? Math.sqrt(squares / (spread.n - 1)) : NaN };
}

const kSeed = /(^|[._])seed$/i;
const kMostFields = 4;

// Config keys that differ between the runs, without the seed: what makes experiments of seeds.
export function allButSeed(runs: readonly Run[], configKeys: readonly ColumnId[]): ColumnId[] {
  const varying = configKeys.filter((key) => new Set(runs.map((run) => JSON.stringify(cellValue(run, key)))).size > 1);
  return varying.filter((key) => !kSeed.test(key)).slice(0, kMostFields);
}
