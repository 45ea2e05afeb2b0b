// The points of one line: what the server answered, and what arrived live since. One shape for raw points and buckets,
// so that the painter, the tooltip and the ranges need not tell them apart. x is in the unit of the axis: steps,
// seconds since the run's start, or seconds since the epoch.
import type { GroupSeries, Series } from '../api/types';
import { halfInterval } from './line_interval';

export type LineMode = 'raw' | 'buckets';

// Columns with room to grow; only the first `n` entries count. For raw points lo, hi and mid are one array, and x and
// xLast are one. Entries without a finite value have NaN in lo, hi and mid.
interface Columns {
  x: Float64Array;
  xLast: Float64Array;
  lo: Float64Array;
  hi: Float64Array;
  mid: Float64Array;
  last: Float64Array;
  count: Float64Array;
  nonfinite: Float64Array;
}

const kMicros = 1e6;

export class LineData {
  // Points of the run in the range that was asked for, live ones included.
  total: number;
  // Rises with every change; what is derived from the line is kept by it.
  version = 0;
  // The line holds more than the picture needs, or a late point could not be merged exactly: ask the server again.
  stale = false;
  n: number;
  // The server's smoothed values of the first entries; points that came since have none.
  smoothed: Float64Array | null = null;
  // Points in one step of that smoothing.
  smoothedOver = 1;
  // False: x falls somewhere, and entries are in step order.
  rises = true;
  // Every point of the run is here: what is derived of all of them can be made here.
  isComplete = false;
  // Values are right to half a pixel of the picture they were asked for, and to no more.
  isRounded = false;
  // Set on the line of a group of runs: what it was made of.
  group: GroupSeries | null = null;
  private columns: Columns;
  // Lines of one answer may share columns: they are copied before the first change.
  private isOwn = false;
  private extent: { min: number; max: number } | null = null;
  private readonly bucketWidth: number;
  private readonly freshLength: number;

  constructor(readonly mode: LineMode, columns: Columns, total: number) {
    this.columns = columns;
    this.n = columns.x.length;
    this.total = total;
    this.freshLength = Math.max(this.n, 500);
    const span = this.n > 0 ? columns.xLast[this.n - 1]! - columns.x[0]! : 0;
    this.bucketWidth = this.n > 0 ? span / this.n : 0;
  }

  get x(): Float64Array { return this.columns.x; }
  get xLast(): Float64Array { return this.columns.xLast; }
  get lo(): Float64Array { return this.columns.lo; }
  get hi(): Float64Array { return this.columns.hi; }
  // Raw: the value. Buckets: the mean.
  get mid(): Float64Array { return this.columns.mid; }
  get last(): Float64Array { return this.columns.last; }
  get count(): Float64Array { return this.columns.count; }
  get nonfinite(): Float64Array { return this.columns.nonfinite; }

  // Where entry i is drawn: a bucket at its middle.
  xAt(i: number): number {
    return this.mode === 'raw' ? this.x[i]! : (this.x[i]! + this.xLast[i]!) / 2;
  }

  // Of all entries in x; null for an empty line.
  xExtent(): { min: number; max: number } | null {
    if (this.n === 0) return null;
    if (this.rises) return { min: this.x[0]!, max: this.xLast[this.n - 1]! };
    return this.extent;
  }

  // Says that x does not rise; the extents of buckets, where there are any.
  setUnordered(xMin: Float64Array | null, xMax: Float64Array | null): void {
    this.rises = false;
    let min = Infinity;
    let max = -Infinity;
    for (let i = 0; i < this.n; i++) {
      min = Math.min(min, xMin?.[i] ?? this.x[i]!);
      max = Math.max(max, xMax?.[i] ?? this.xLast[i]!);
    }
    this.extent = min <= max ? { min, max } : null;
  }

  // Index of the entry whose x is nearest, -1 for an empty line.
  nearest(x: number): number {
    if (this.n === 0) return -1;
    if (!this.rises) return this.nearestOfAll(x);
    const after = lowerBound(this.x, this.n, x);
    if (after === 0) return 0;
    if (after === this.n) return this.n - 1;
    return x - this.xAt(after - 1) <= this.xAt(after) - x ? after - 1 : after;
  }

  private nearestOfAll(x: number): number {
    let best = 0;
    for (let i = 1; i < this.n; i++) {
      if (Math.abs(this.xAt(i) - x) < Math.abs(this.xAt(best) - x)) best = i;
    }
    return best;
  }

  append(x: number, y: number): void {
    if (!Number.isFinite(x)) return;
    this.version += 1;
    if (this.mode === 'raw') this.appendRaw(x, y);
    else this.appendToBuckets(x, y);
    if (this.n > this.freshLength * 2) this.stale = true;
  }

  // Rows of equal step are one, the later value wins. A late point is put into its place.
  private appendRaw(x: number, y: number): void {
    this.reserve();
    const at = this.n > 0 && x > this.x[this.n - 1]! ? this.n : lowerBound(this.x, this.n, x);
    if (at < this.n && this.x[at] === x) {
      this.mid[at] = y;
      return;
    }
    // Between points whose x is rounded a late one has no sure place.
    if (at < this.n && this.isRounded) {
      this.stale = true;
      return;
    }
    const { x: xs, mid } = this.columns;
    xs.copyWithin(at + 1, at, this.n);
    mid.copyWithin(at + 1, at, this.n);
    xs[at] = x;
    mid[at] = y;
    this.n += 1;
    this.total += 1;
  }

  // A point inside a bucket that is closed was counted by the server or came late: only the server can tell.
  private appendToBuckets(x: number, y: number): void {
    this.reserve();
    const c = this.columns;
    const end = this.n - 1;
    if (end >= 0 && x <= c.xLast[end]!) {
      if (x < c.xLast[end]!) this.stale = true;
      return;
    }
    this.total += 1;
    if (end >= 0 && x - c.x[end]! < this.bucketWidth) this.mergeInto(end, x, y);
    else this.pushBucket(x, y);
  }

  private mergeInto(i: number, x: number, y: number): void {
    const c = this.columns;
    c.xLast[i] = x;
    if (!Number.isFinite(y)) {
      c.nonfinite[i]! += 1;
      return;
    }
    const finite = Number.isNaN(c.mid[i]!) ? 0 : c.count[i]! - c.nonfinite[i]!;
    c.lo[i] = finite === 0 ? y : Math.min(c.lo[i]!, y);
    c.hi[i] = finite === 0 ? y : Math.max(c.hi[i]!, y);
    c.mid[i] = finite === 0 ? y : c.mid[i]! + (y - c.mid[i]!) / (finite + 1);
    c.last[i] = y;
    c.count[i]! += 1;
  }

  private pushBucket(x: number, y: number): void {
    const c = this.columns;
    const finite = Number.isFinite(y);
    const i = this.n;
    c.x[i] = c.xLast[i] = x;
    c.lo[i] = c.hi[i] = c.mid[i] = c.last[i] = finite ? y : NaN;
    c.count[i] = 1;
    c.nonfinite[i] = finite ? 0 : 1;
    this.n += 1;
  }

  // Room for one more, in columns of this line alone. Those of raw points stay one; of buckets each is its own, though
  // the answer had equal ones once.
  private reserve(): void {
    if (this.isOwn && this.n < this.columns.x.length) return;
    this.isOwn = true;
    const room = Math.max(64, this.n * 2);
    const grown = new Map<Float64Array, Float64Array>();
    const grow = (column: Float64Array): Float64Array => {
      let larger = this.mode === 'raw' ? grown.get(column) : undefined;
      if (!larger) {
        larger = new Float64Array(room);
        larger.set(column.subarray(0, this.n));
        grown.set(column, larger);
      }
      return larger;
    };
    const c = this.columns;
    this.columns = {
      x: grow(c.x), xLast: grow(c.xLast), lo: grow(c.lo), hi: grow(c.hi), mid: grow(c.mid), last: grow(c.last),
      count: grow(c.count), nonfinite: grow(c.nonfinite),
    };
  }
}

// First index whose value is not less than `value`.
export function lowerBound(values: Float64Array, n: number, value: number): number {
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const toAxis = (xs: Float64Array, x: Series['x']): Float64Array => (x === 'time' ? xs.map((us) => us / kMicros) : xs);

export function lineFromRaw(x: Float64Array, y: Float64Array, total: number): LineData {
  const none = new Float64Array(0);
  return new LineData('raw', { x, xLast: x, lo: y, hi: y, mid: y, last: y, count: none, nonfinite: none }, total);
}

function plainLine(series: Series): LineData {
  if (series.mode === 'raw') return lineFromRaw(toAxis(series.points.x, series.x), series.points.y, series.total);
  const b = series.buckets;
  const columns = {
    x: toAxis(b.x, series.x), xLast: toAxis(b.xLast, series.x), lo: b.min, hi: b.max, mid: b.mean, last: b.last ?? b.mean,
    count: b.count, nonfinite: b.nonfinite,
  };
  return new LineData('buckets', columns, series.total);
}

// `reach`: whether the answer is over the whole range.
export function lineFromSeries(series: Series, reach: 'whole' | 'part' = 'part'): LineData {
  const line = plainLine(series);
  line.smoothed = series.smoothed;
  line.smoothedOver = series.smoothedOver;
  line.isRounded = series.precision === 'picture';
  line.isComplete = series.mode === 'raw' && reach === 'whole';
  if (!series.xRises) line.setUnordered(...(series.mode === 'raw' ? [null, null] as const : [series.buckets.xMin, series.buckets.xMax] as const));
  return line;
}

// How the runs of a group are shown as one line: its centre, and what the band reaches over.
export type GroupBand = 'std' | 'ci' | 'range' | 'median';
export const kGroupBands: readonly GroupBand[] = ['std', 'ci', 'range', 'median'];

export function lineFromGroup(group: GroupSeries, band: GroupBand): LineData {
  const b = group.buckets;
  const mid = band === 'median' ? b.median : b.mean;
  const half = band === 'std' ? b.std : band === 'ci' ? b.std.map((std, i) => halfInterval(std, b.count[i]!)) : null;
  const lo = half ? b.mean.map((mean, i) => mean - half[i]!) : b.min;
  const hi = half ? b.mean.map((mean, i) => mean + half[i]!) : b.max;
  const line = new LineData('buckets', {
    x: toAxis(b.x, group.x), xLast: toAxis(b.xLast, group.x), lo, hi, mid, last: mid, count: b.count,
    nonfinite: new Float64Array(mid.length),
  }, b.points.reduce((sum, n) => sum + n, 0));
  line.group = group;
  line.isRounded = group.precision === 'picture';
  return line;
}
