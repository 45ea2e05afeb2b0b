// What stands under the crosshair.
import type { LineData } from './line_data';

// What a line is drawn from, and read from.
export interface LineValues {
  data: LineData;
  // Over the data where the view smooths.
  smoothed: Float64Array | null;
}

export interface HoverLine extends LineValues {
  run: string;
  label: string;
  color: string;
}

export interface HoverRow {
  run: string;
  label: string;
  color: string;
  x: number;
  // What the line shows there: the smoothed value where there is one.
  value: number;
  raw: number;
  // Set for buckets of more than one point, and for groups of more than one run.
  range: { min: number; max: number; count: number } | null;
  // Of a group: runs that the value stands for; else 0.
  runs: number;
}

// A line is silent where it has nothing: beyond its ends by more than `slack` (axis units).
export function rowAt(line: HoverLine, x: number, slack: number): HoverRow | null {
  const { data } = line;
  const i = data.nearest(x);
  const extent = data.xExtent();
  if (i < 0 || !extent || x < extent.min - slack || x > extent.max + slack) return null;
  const raw = data.mid[i]!;
  const isBucket = data.mode === 'buckets' && data.count[i]! > 1;
  return {
    run: line.run, label: line.label, color: line.color, x: data.xAt(i), raw,
    value: line.smoothed?.[i] ?? raw,
    range: isBucket ? { min: data.lo[i]!, max: data.hi[i]!, count: data.count[i]! } : null,
    runs: data.group ? data.count[i]! : 0,
  };
}

export interface Hover {
  // Nearest to the pointer first when there is one; highest value first else.
  rows: HoverRow[];
  nearest: HoverRow | null;
}

export function hoverAt(
  lines: readonly HoverLine[], x: number, slack: number, distance: ((row: HoverRow) => number) | null,
): Hover {
  const rows = lines.map((line) => rowAt(line, x, slack)).filter((row) => row !== null);
  if (!distance) return { rows: rows.sort((a, b) => b.value - a.value), nearest: null };
  const measured = rows.map((row) => ({ row, far: Number.isFinite(row.value) ? distance(row) : Infinity }));
  measured.sort((a, b) => a.far - b.far);
  return { rows: measured.map((m) => m.row), nearest: measured[0]?.row ?? null };
}
