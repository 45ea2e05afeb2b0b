// What a chart says in words and in a table, for those who do not see it.
import { formatCompact, formatNumber, plural } from '../lib/format';
import type { LineData } from './line_data';

export interface LineFacts {
  points: number;
  nonfinite: number;
  first: number;
  last: number;
  min: number;
  max: number;
  minAt: number;
  maxAt: number;
}

export function factsOf(line: LineData): LineFacts {
  const facts: LineFacts = {
    points: line.total, nonfinite: 0, first: NaN, last: NaN, min: Infinity, max: -Infinity, minAt: NaN, maxAt: NaN,
  };
  for (let i = 0; i < line.n; i++) {
    const value = line.mid[i]!;
    facts.nonfinite += line.mode === 'raw' ? Number(!Number.isFinite(value)) : line.nonfinite[i]!;
    if (!Number.isFinite(value)) continue;
    if (Number.isNaN(facts.first)) facts.first = value;
    facts.last = line.last[i]!;
    if (line.lo[i]! < facts.min) [facts.min, facts.minAt] = [line.lo[i]!, line.x[i]!];
    if (line.hi[i]! > facts.max) [facts.max, facts.maxAt] = [line.hi[i]!, line.x[i]!];
  }
  if (facts.min > facts.max) facts.min = facts.max = NaN;
  return facts;
}

export interface NamedLine {
  label: string;
  data: LineData;
}

export function describeChart(title: string, lines: readonly NamedLine[]): string {
  const shown = lines.filter((line) => line.data.n > 0);
  if (shown.length === 0) return `${title}: no data`;
  let lowest: { label: string; facts: LineFacts } | null = null;
  let highest: { label: string; facts: LineFacts } | null = null;
  for (const line of shown) {
    const facts = factsOf(line.data);
    if (Number.isFinite(facts.min) && (!lowest || facts.min < lowest.facts.min)) lowest = { label: line.label, facts };
    if (Number.isFinite(facts.max) && (!highest || facts.max > highest.facts.max)) highest = { label: line.label, facts };
  }
  if (!lowest || !highest) return `${title}: ${plural(shown.length, 'run')}, no finite value`;
  const by = (label: string): string => (shown.length > 1 ? ` by ${label}` : '');
  const { data } = shown[0]!;
  const last = data.isRounded ? '' : `, last ${formatNumber(factsOf(data).last)}`;
  return `${title}, ${plural(shown.length, 'run')}: lowest ${formatNumber(lowest.facts.min)}${by(lowest.label)} at ` +
    `${formatNumber(lowest.facts.minAt)}, highest ${formatNumber(highest.facts.max)}${by(highest.label)} at ` +
    `${formatNumber(highest.facts.maxAt)}${last}`;
}

export interface Honesty {
  text: string;
  title: string;
}

// What is drawn of what is stored.
export function honestyOf(lines: readonly LineData[]): Honesty {
  const points = lines.reduce((sum, line) => sum + line.total, 0);
  const groups = lines.filter((line) => line.group !== null);
  if (groups.length > 0) {
    const runs = groups.reduce((sum, line) => sum + (line.group?.runs ?? 0), 0);
    return {
      text: `${plural(groups.length, 'group')} of ${plural(runs, 'run')}`,
      title: `${plural(points, 'point')}, every one of them counted; a run has one value in a cell, and lines and bands are over the runs`,
    };
  }
  const buckets = lines.reduce((sum, line) => sum + (line.mode === 'buckets' ? line.n : 0), 0);
  if (buckets === 0) {
    return { text: `raw · ${formatCompact(points)}`, title: `every one of ${plural(points, 'point')} is drawn` };
  }
  const read = lines.some((line) => line.isRounded) ? ' Values under the pointer, in the table and in files are exact.' : '';
  const over = Math.max(...lines.map((line) => (line.smoothed ? line.smoothedOver : 1)));
  const about = over > 1 ? ` Smoothing looked at means of ${formatCompact(over)} points.` : '';
  return {
    text: `bucketed · ${formatCompact(points)}`,
    title: `${plural(points, 'point')} in ${plural(buckets, 'bucket')}: band from exact minimum to exact maximum, line through the means; zoom in for every point.${read}${about}`,
  };
}
