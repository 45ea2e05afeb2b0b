// application/vnd.tracker.series: u32 length of a JSON header, the header padded to a multiple of 8, float64 columns,
// all little-endian (docs/http-api.md). Columns are views into the answer where its alignment allows: no copy.
// The bytes come from the network: every offset is checked before it is used.
import { isObject, listOf, numberOf, objectOf } from './read';
import type { BucketColumns, Series, XMode } from './types';

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

const xModeOf = (value: unknown): XMode => (value === 'time' || value === 'relative' ? value : 'step');
const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

function readSeries(value: unknown, read: (column: unknown) => Float64Array): Series {
  const o = objectOf(value);
  const base = {
    run: stringOf(o.run),
    key: stringOf(o.key),
    x: xModeOf(o.x),
    total: numberOf(o.total),
  };
  if (o.mode === 'buckets') {
    const b = objectOf(o.buckets);
    const names = ['x', 'min', 'max', 'mean', 'first', 'last', 'count', 'nonfinite'] as const;
    const columns = Object.fromEntries(names.map((name) => [name, read(b[name])]));
    const buckets = { ...columns, xLast: read(b.x_last) } as unknown as BucketColumns;
    const n = buckets.x.length;
    if (Object.values(buckets).some((c: Float64Array) => c.length !== n)) {
      throw new SeriesFormatError('columns of unequal length');
    }
    return { ...base, mode: 'buckets', buckets };
  }
  const empty = new Float64Array(0);
  if (!isObject(o.points)) return { ...base, mode: 'raw', points: { x: empty, y: empty } };
  const points = { x: read(o.points.x), y: read(o.points.y) };
  if (points.x.length !== points.y.length) throw new SeriesFormatError('columns of unequal length');
  return { ...base, mode: 'raw', points };
}

export function decodeSeries(body: ArrayBuffer): Series[] {
  if (body.byteLength < 4) throw new SeriesFormatError('the answer is cut short');
  const headerLength = new DataView(body).getUint32(0, true);
  const start = 4 + headerLength;
  if (start > body.byteLength) throw new SeriesFormatError('the header is cut short');
  const header = objectOf(JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, headerLength))));
  return listOf(header.series).map((series) => readSeries(series, (value) => column(value, body, start)));
}
