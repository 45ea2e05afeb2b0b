// application/vnd.tracker.series: u32 length of a JSON header, the header padded to a multiple of 8, columns, all
// little-endian (docs/http-api.md). The bytes come from the network: every offset is checked before it is used.
// Series may share a column: whoever changes one copies it first.
import { isObject, listOf, numberOf, objectOf, text } from './read';
import { columnTable, float64Column, SeriesFormatError, type ReadColumn } from './series_columns';
import type { BucketColumns, GroupColumns, GroupSeries, Precision, Series, SeriesAnswer } from './types';

export { SeriesFormatError } from './series_columns';

export const kSeriesType = 'application/vnd.tracker.series';

const axisOf = (value: unknown): Series['x'] =>
  value === 'time' || value === 'relative' || value === 'metric' ? value : 'step';

// The named columns of one object, which must be equally long.
function readColumns<Name extends string>(value: unknown, names: readonly Name[], read: ReadColumn): Record<Name, Float64Array> {
  const from = objectOf(value);
  const columns = Object.fromEntries(names.map((name) => [name, read(from[name])])) as Record<Name, Float64Array>;
  const n = columns[names[0]!].length;
  if (names.some((name) => columns[name].length !== n)) throw new SeriesFormatError('columns of unequal length');
  return columns;
}

// The same of a column that may be left out.
function readOptional(value: unknown, n: number, read: ReadColumn): Float64Array | null {
  if (value === undefined) return null;
  const column = read(value);
  if (column.length !== n) throw new SeriesFormatError('columns of unequal length');
  return column;
}

const kBucketNames = ['x', 'x_last', 'min', 'max', 'mean', 'count', 'nonfinite'] as const;

function readSeries(value: unknown, read: ReadColumn, precision: Precision): Series {
  const o = objectOf(value);
  const over = numberOf(o.smoothed_over);
  const base = {
    run: text(o.run), key: text(o.key), x: axisOf(o.x), total: numberOf(o.total),
    smoothed: null, precision, smoothedOver: Number.isFinite(over) ? over : 1, xRises: o.x_rises !== false,
  };
  if (o.mode === 'buckets') {
    const { x_last: xLast, ...columns } = readColumns(o.buckets, kBucketNames, read);
    const extent = base.xRises ? null : readColumns(o.buckets, ['x_min', 'x_max'], read);
    if (extent && extent.x_min.length !== xLast.length) throw new SeriesFormatError('columns of unequal length');
    const { last, smoothed } = objectOf(o.buckets);
    const buckets: BucketColumns = {
      ...columns, xLast, last: readOptional(last, xLast.length, read), xMin: extent?.x_min ?? null, xMax: extent?.x_max ?? null,
    };
    return { ...base, mode: 'buckets', buckets, smoothed: readOptional(smoothed, xLast.length, read) };
  }
  const empty = new Float64Array(0);
  if (!isObject(o.points)) return { ...base, mode: 'raw', points: { x: empty, y: empty } };
  const points = readColumns(o.points, ['x', 'y'], read);
  return { ...base, mode: 'raw', points, smoothed: readOptional(o.points.smoothed, points.x.length, read) };
}

const kGroupNames = ['x', 'x_last', 'mean', 'std', 'min', 'max', 'median', 'count', 'points'] as const;

function readGroup(value: unknown, read: ReadColumn, precision: Precision): GroupSeries {
  const o = objectOf(value);
  const { x_last: xLast, ...columns } = readColumns(o.buckets, kGroupNames, read);
  const buckets: GroupColumns = { ...columns, xLast };
  return { group: text(o.group), key: text(o.key), x: axisOf(o.x), runs: numberOf(o.runs), precision, buckets };
}

export function decodeSeries(body: ArrayBuffer): SeriesAnswer {
  if (body.byteLength < 4) throw new SeriesFormatError('the answer is cut short');
  const headerLength = new DataView(body).getUint32(0, true);
  const start = 4 + headerLength;
  if (start > body.byteLength) throw new SeriesFormatError('the header is cut short');
  const header = objectOf(JSON.parse(new TextDecoder().decode(new Uint8Array(body, 4, headerLength))));
  const isCompact = header.columns !== undefined;
  const read = isCompact ? columnTable(listOf(header.columns), body, start) : float64Column(body, start);
  const precision = isCompact ? 'picture' : 'exact';
  return {
    series: listOf(header.series).map((series) => readSeries(series, read, precision)),
    groups: listOf(header.groups).map((group) => readGroup(group, read, precision)),
  };
}
