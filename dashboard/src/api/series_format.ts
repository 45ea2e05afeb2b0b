// application/vnd.tracker.series: u32 length of a JSON header, the header padded to a multiple of 8, float64 columns,
// all little-endian (docs/http-api.md). Columns are views into the answer where its alignment allows: no copy.
// The bytes come from the network: every offset is checked before it is used.
import { isObject, listOf, numberOf, objectOf } from './read';
import type { BucketColumns, GroupColumns, GroupSeries, Series, SeriesAnswer } from './types';

export const kSeriesType = 'application/vnd.tracker.series';

export class SeriesFormatError extends Error {
  override name = 'SeriesFormatError';
}

const kLittleEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function column(value: unknown, body: ArrayBuffer, start: number): Float64Array {
  if (!isObject(value)) throw new SeriesFormatError('a column is missing');
  const at = numberOf(value.at);
  const n = numberOf(value.n);
  if (value.type !== 'f64') throw new SeriesFormatError('a column is not f64');
  const first = start + at;
  if (!Number.isSafeInteger(at) || !Number.isSafeInteger(n) || at < 0 || n < 0 || first + n * 8 > body.byteLength) {
    throw new SeriesFormatError('a column lies outside of the answer');
  }
  if (kLittleEndianHost && first % 8 === 0) return new Float64Array(body, first, n);
  const view = new DataView(body, first, n * 8);
  return Float64Array.from({ length: n }, (_, i) => view.getFloat64(i * 8, true));
}

const axisOf = (value: unknown): Series['x'] =>
  value === 'time' || value === 'relative' || value === 'metric' ? value : 'step';
const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');
type ReadColumn = (column: unknown) => Float64Array;

// The named columns of one object, which must be equally long.
function readColumns<Name extends string>(value: unknown, names: readonly Name[], read: ReadColumn): Record<Name, Float64Array> {
  const from = objectOf(value);
  const columns = Object.fromEntries(names.map((name) => [name, read(from[name])])) as Record<Name, Float64Array>;
  const n = columns[names[0]!].length;
  if (names.some((name) => columns[name].length !== n)) throw new SeriesFormatError('columns of unequal length');
  return columns;
}

function readSmoothed(value: Record<string, unknown>, n: number, read: ReadColumn): Float64Array | null {
  if (value.smoothed === undefined) return null;
  const smoothed = read(value.smoothed);
  if (smoothed.length !== n) throw new SeriesFormatError('columns of unequal length');
  return smoothed;
}

const kBucketNames = ['x', 'x_last', 'min', 'max', 'mean', 'first', 'last', 'count', 'nonfinite'] as const;

function readSeries(value: unknown, read: ReadColumn): Series {
  const o = objectOf(value);
  const over = numberOf(o.smoothed_over);
  const base = {
    run: stringOf(o.run), key: stringOf(o.key), x: axisOf(o.x), total: numberOf(o.total),
    smoothed: null, smoothedOver: Number.isFinite(over) ? over : 1, xRises: o.x_rises !== false,
  };
  if (o.mode === 'buckets') {
    const { x_last: xLast, ...columns } = readColumns(o.buckets, kBucketNames, read);
    const extent = base.xRises ? null : readColumns(o.buckets, ['x_min', 'x_max'], read);
    if (extent && extent.x_min.length !== xLast.length) throw new SeriesFormatError('columns of unequal length');
    const buckets: BucketColumns = { ...columns, xLast, xMin: extent?.x_min ?? null, xMax: extent?.x_max ?? null };
    return { ...base, mode: 'buckets', buckets, smoothed: readSmoothed(objectOf(o.buckets), xLast.length, read) };
  }
  const empty = new Float64Array(0);
  if (!isObject(o.points)) return { ...base, mode: 'raw', points: { x: empty, y: empty } };
  const points = readColumns(o.points, ['x', 'y'], read);
  return { ...base, mode: 'raw', points, smoothed: readSmoothed(o.points, points.x.length, read) };
}

const kGroupNames = ['x', 'x_last', 'mean', 'std', 'min', 'max', 'median', 'count', 'points'] as const;

function readGroup(value: unknown, read: ReadColumn): GroupSeries {
  const o = objectOf(value);
  const { x_last: xLast, ...columns } = readColumns(o.buckets, kGroupNames, read);
  const buckets: GroupColumns = { ...columns, xLast };
  return { group: stringOf(o.group), key: stringOf(o.key), x: axisOf(o.x), runs: numberOf(o.runs), buckets };
}

export function decodeSeries(body: ArrayBuffer): SeriesAnswer {
  if (body.byteLength < 4) throw new SeriesFormatError('the answer is cut short');
  const headerLength = new DataView(body).getUint32(0, true);
  const start = 4 + headerLength;
  if (start > body.byteLength) throw new SeriesFormatError('the header is cut short');
  const header = objectOf(JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, headerLength))));
  const read: ReadColumn = (value) => column(value, body, start);
  return {
    series: listOf(header.series).map((series) => readSeries(series, read)),
    groups: listOf(header.groups).map((group) => readGroup(group, read)),
  };
}
