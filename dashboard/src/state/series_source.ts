// What a series store asks for, and how points that arrive live go into a line.
import type { PointColumns, SeriesRequest, Smoothing, XMode } from '../api/types';
import type { LineData } from '../charts/line_data';
import type { Range } from '../charts/range';
import type { Form } from './series_form';

export interface Source {
  id: string;
  createdUs: number;
  // Set for a group: the runs that its line stands for.
  members?: readonly string[];
}

const kMicros = 1e6;

// A zoom as the server wants it: a little wider than the reader's, so that no point at its edge is lost to rounding.
function bounds(range: Range | null, x: XMode): { from: number | null; to: number | null } {
  if (!range) return { from: null, to: null };
  if (x.startsWith('metric:')) return { from: range.min, to: range.max };
  const unit = x === 'time' ? kMicros : 1;
  return { from: Math.floor(range.min * unit * 1e6) / 1e6, to: Math.ceil(range.max * unit * 1e6) / 1e6 };
}

export function seriesRequest(what: {
  keys: readonly string[]; sources: readonly Source[]; x: XMode; form: Form; range: Range | null; smoothing: Smoothing | null;
}): SeriesRequest {
  const { keys, sources, x, form, range, smoothing } = what;
  return {
    runs: sources.filter((source) => !source.members).map((source) => source.id),
    groups: sources.flatMap((source) => (source.members ? [{ name: source.id, runs: source.members }] : [])),
    keys, x, ...form, smoothing, ...bounds(range, x),
  };
}

// False where only the server knows the points' place: x of another key, and lines that it made of several runs.
export function appendPoints(
  line: LineData, columns: PointColumns, at: { x: XMode; range: Range | null; createdUs: number; how: 'live' | 'replay' },
): boolean {
  const { step, timeUs, value } = columns;
  if (at.x.startsWith('metric:') || line.group) return false;
  if (at.x === 'step' && step === null) return true;
  // What a bucketed answer already counted must not count twice, nor what it rounded.
  const floor = at.how === 'replay' && (line.mode === 'buckets' || line.isRounded) && line.n > 0 ? line.xLast[line.n - 1]! : -Infinity;
  for (let i = 0; i < value.length; i++) {
    const x = at.x === 'step' ? step![i]! : at.x === 'time' ? timeUs[i]! / kMicros : (timeUs[i]! - at.createdUs) / kMicros;
    if (x <= floor || (at.range && (x < at.range.min || x > at.range.max))) continue;
    line.append(x, value[i]!);
  }
  return true;
}
