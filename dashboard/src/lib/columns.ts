// Which columns a runs table shows, and how rows compare in them. A column's id is what the URL says:
// "name", "config.learning_rate", "summary.eval/accuracy".
import type { Json, Run } from '../api/types';
import { asNumber, flatten } from './flatten';
import { formatJson } from './format';

export type ColumnId = string;
export type SortDirection = 'asc' | 'desc';
export interface Sort {
  column: ColumnId;
  direction: SortDirection;
}

export const kBaseColumns: readonly ColumnId[] = ['name', 'state', 'created', 'duration', 'tags'];
const kMaxMetrics = 5;
const kMaxConfig = 6;
// Shown when nothing varies between the runs: what a reader asks first about a fine-tuning run.
const kUsualConfig = ['model', 'model_name', 'learning_rate', 'batch_size', 'per_device_train_batch_size',
  'num_train_epochs', 'epochs', 'dtype', 'seed'];
// Of these the course matters, not the last value: charts show them.
const kBookkeeping = /(^|\/)(epoch|global_step|step|total_flos|learning_rate|grad_norm|train_loss)$|runtime|_per_second$/;

// The flattened leaves of a run, made once per version of it.
const kLeaves = new WeakMap<Run, { config: Map<string, Json>; summary: Map<string, Json> }>();
function leavesOf(run: Run): { config: Map<string, Json>; summary: Map<string, Json> } {
  let leaves = kLeaves.get(run);
  if (!leaves) {
    leaves = { config: flatten(run.config), summary: flatten(run.summary) };
    kLeaves.set(run, leaves);
  }
  return leaves;
}

export function cellValue(run: Run, column: ColumnId): Json | undefined {
  if (column.startsWith('config.')) return leavesOf(run).config.get(column.slice(7));
  if (column.startsWith('summary.')) return leavesOf(run).summary.get(column.slice(8));
  switch (column) {
    case 'name': return run.name;
    case 'state': return run.state;
    case 'created': return run.createdUs;
    case 'duration': return run.durationS;
    case 'tags': return run.tags.join(', ');
    case 'group': return run.group;
    case 'notes': return run.notes;
    case 'id': return run.id;
    case 'end reason': return run.endReason;
    default: return undefined;
  }
}

export const columnLabel = (column: ColumnId): string => column.replace(/^(config|summary)\./, '');

const kPrefixOrder = ['eval', 'test', 'val', 'validation', 'train'];
function metricRank(name: string): number {
  if (kBookkeeping.test(name)) return 100;
  const at = kPrefixOrder.indexOf(name.split('/')[0] ?? '');
  return at < 0 ? kPrefixOrder.length : at;
}

interface ConfigColumn {
  name: string;
  values: Set<string>;
  rows: number;
}

export interface Columns {
  all: ColumnId[];
  // Metrics first, then the parameters that differ between the runs; constant and empty ones stay out.
  chosen: ColumnId[];
}

export function chooseColumns(runs: readonly Run[]): Columns {
  const metrics = new Map<string, boolean>();
  const config = new Map<string, ConfigColumn>();
  for (const run of runs) {
    const leaves = leavesOf(run);
    for (const [name, value] of leaves.summary) {
      if (!name.startsWith('system/')) metrics.set(name, (metrics.get(name) ?? false) || asNumber(value) !== null);
    }
    for (const [name, value] of leaves.config) {
      const column = config.get(name) ?? { name, values: new Set<string>(), rows: 0 };
      column.values.add(JSON.stringify(value));
      column.rows += 1;
      config.set(name, column);
    }
  }
  const metricNames = [...metrics.keys()].sort((a, b) => metricRank(a) - metricRank(b) || a.localeCompare(b));
  const chosenMetrics = metricNames
    .filter((name) => metrics.get(name) === true && metricRank(name) < 100)
    .slice(0, kMaxMetrics);
  const varying = [...config.values()].filter((c) => c.values.size > 1 || (runs.length > 1 && c.rows < runs.length));
  const chosenConfig = varying.length > 0
    ? varying.sort((a, b) => oddness(a, runs.length) - oddness(b, runs.length)).map((c) => c.name)
    : kUsualConfig.filter((name) => config.has(name));
  return {
    all: [
      ...kBaseColumns, 'group', 'notes', 'end reason', 'id',
      ...metricNames.map((name) => `summary.${name}`),
      ...[...config.keys()].sort((a, b) => a.localeCompare(b)).map((name) => `config.${name}`),
    ],
    chosen: [
      ...kBaseColumns,
      ...chosenMetrics.map((name) => `summary.${name}`),
      ...chosenConfig.slice(0, kMaxConfig).map((name) => `config.${name}`),
      ...(runs.some((run) => run.notes !== '') ? ['notes'] : []),
      ...(runs.some((run) => run.endReason !== '') ? ['end reason'] : []),
    ],
  };
}

// Numbers first, then names; what has a value of its own in each of many runs is an id or a path, and last.
function oddness(c: ConfigColumn, runs: number): number {
  const isText = [...c.values].some((value) => value.startsWith('"'));
  return (isText ? 1 : 0) + (isText && runs > 3 && c.values.size === runs ? 2 : 0);
}

// Numbers before text, absent and NaN last in both directions; equal rows keep the order they have.
export function compareCells(a: Json | undefined, b: Json | undefined, direction: SortDirection): number {
  const rank = (v: Json | undefined): number => {
    if (v === undefined || v === null || v === '') return 2;
    const n = asNumber(v);
    return n === null ? 1 : Number.isNaN(n) ? 2 : 0;
  };
  const [ra, rb] = [rank(a), rank(b)];
  if (ra !== rb || ra === 2) return ra - rb;
  const sign = direction === 'asc' ? 1 : -1;
  if (ra === 0) return sign * (asNumber(a)! - asNumber(b)!);
  return sign * formatJson(a).localeCompare(formatJson(b), undefined, { numeric: true });
}

// The first of the sorts counts most; runs equal in all of them are newest first.
export function sortRuns(runs: readonly Run[], sorts: readonly Sort[]): Run[] {
  return [...runs].sort((a, b) => {
    for (const { column, direction } of sorts) {
      const by = compareCells(cellValue(a, column), cellValue(b, column), direction);
      if (by !== 0) return by;
    }
    return b.createdUs - a.createdUs;
  });
}

export const kNewestFirst: readonly Sort[] = [{ column: 'created', direction: 'desc' }];

// "-summary.f1,name": commas and percent signs of names are escaped.
export function parseSorts(text: string | null): readonly Sort[] {
  const parts = (text ?? '').split(',').filter((part) => part !== '' && part !== '-');
  if (parts.length === 0) return kNewestFirst;
  return parts.map((part) => ({
    column: part.replace(/^-/, '').replaceAll('%2C', ',').replaceAll('%25', '%'), direction: part.startsWith('-') ? 'desc' : 'asc',
  }));
}

export const formatSorts = (sorts: readonly Sort[]): string => sorts
  .map((sort) => (sort.direction === 'desc' ? '-' : '') + sort.column.replaceAll('%', '%25').replaceAll(',', '%2C')).join(',');

// A click on a heading: alone it makes the column the only sort, or turns it; with `add` it joins the others, turns, and leaves.
export function nextSorts(sorts: readonly Sort[], column: ColumnId, first: SortDirection, how: 'alone' | 'add'): readonly Sort[] {
  const held = sorts.find((sort) => sort.column === column);
  const turned: Sort = { column, direction: held === undefined ? first : held.direction === 'asc' ? 'desc' : 'asc' };
  if (how === 'alone') return [turned];
  if (held === undefined) return [...sorts, turned];
  if (held.direction === first) return sorts.map((sort) => (sort === held ? turned : sort));
  return sorts.length > 1 ? sorts.filter((sort) => sort !== held) : sorts;
}
