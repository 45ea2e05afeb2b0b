import { describe, expect, it } from 'vitest';
import { decodeSeries, SeriesFormatError } from '../../src/api/series_format';

function encode(header: unknown, columns: number[]): ArrayBuffer {
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - ((4 + text.length) % 8)) % 8);
  const body = new ArrayBuffer(4 + text.length + columns.length * 8);
  new DataView(body).setUint32(0, text.length, true);
  new Uint8Array(body, 4).set(new TextEncoder().encode(text));
  columns.forEach((value, i) => new DataView(body).setFloat64(4 + text.length + i * 8, value, true));
  return body;
}
const column = (at: number, n: number) => ({ at, n, type: 'f64' });
const rawHeader = (points: unknown) => ({ series: [{ run: 'r', key: 'k', x: 'step', mode: 'raw', total: 2, points }] });

describe('decodeSeries', () => {
  it('reads raw points with their non-finite values', () => {
    const { series: [series] } = decodeSeries(encode(rawHeader({ x: column(0, 2), y: column(16, 2) }), [1, 2, NaN, -Infinity]));
    expect(series).toMatchObject({ run: 'r', key: 'k', mode: 'raw', total: 2 });
    if (series?.mode !== 'raw') throw new Error('raw expected');
    expect([...series.points.x]).toEqual([1, 2]);
    expect([...series.points.y]).toEqual([NaN, -Infinity]);
  });

  it('reads buckets', () => {
    const names = ['x', 'x_last', 'min', 'max', 'mean', 'first', 'last', 'count', 'nonfinite'];
    const buckets = Object.fromEntries(names.map((name, i) => [name, column(i * 8, 1)]));
    const header = { series: [{ run: 'r', key: 'k', x: 'relative', mode: 'buckets', total: 9, buckets }] };
    const { series: [series] } = decodeSeries(encode(header, [0, 1, 2, 3, 4, 5, 6, 7, 8]));
    if (series?.mode !== 'buckets') throw new Error('buckets expected');
    expect([series.buckets.xLast[0], series.buckets.max[0], series.buckets.nonfinite[0]]).toEqual([1, 3, 8]);
  });

  it('reads what the server smoothed, and over how many points', () => {
    const header = { series: [{ run: 'r', key: 'k', x: 'metric', mode: 'raw', total: 2, smoothed_over: 4, points: { x: column(0, 2), y: column(16, 2), smoothed: column(32, 2) } }] };
    const { series: [series] } = decodeSeries(encode(header, [1, 2, 3, 4, 5, 6]));
    expect(series?.smoothed && [...series.smoothed]).toEqual([5, 6]);
    expect(series).toMatchObject({ x: 'metric', smoothedOver: 4, xRises: true });
  });

  it('reads the extents of buckets whose x falls', () => {
    const names = ['x', 'x_last', 'x_min', 'x_max', 'min', 'max', 'mean', 'first', 'last', 'count', 'nonfinite'];
    const buckets = Object.fromEntries(names.map((name, i) => [name, column(i * 8, 1)]));
    const header = { series: [{ run: 'r', key: 'k', x: 'metric', x_rises: false, mode: 'buckets', total: 9, buckets }] };
    const { series: [series] } = decodeSeries(encode(header, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]));
    expect(series?.xRises).toBe(false);
    expect(series?.mode === 'buckets' && [series.buckets.xMin?.[0], series.buckets.xMax?.[0]]).toEqual([2, 3]);
  });

  it('reads the statistics of groups', () => {
    const names = ['x', 'x_last', 'mean', 'std', 'min', 'max', 'median', 'count', 'points'];
    const buckets = Object.fromEntries(names.map((name, i) => [name, column(i * 8, 1)]));
    const { groups } = decodeSeries(encode({ series: [], groups: [{ group: 'g', key: 'k', x: 'step', runs: 4, buckets }] }, [0, 1, 2, 3, 4, 5, 6, 7, 8]));
    expect(groups[0]).toMatchObject({ group: 'g', runs: 4 });
    expect([groups[0]?.buckets.std[0], groups[0]?.buckets.median[0]]).toEqual([3, 6]);
  });

  it('reads a key that the run does not have', () => {
    const { series: [series] } = decodeSeries(encode({ series: [{ run: 'r', key: 'k', x: 'step', mode: 'raw', total: 0 }] }, []));
    expect(series?.mode === 'raw' && series.points.x.length).toBe(0);
  });

  it('reads columns that are not aligned', () => {
    const aligned = new Uint8Array(encode(rawHeader({ x: column(4, 1), y: column(12, 1) }), [0, 0, 0]));
    const start = aligned.length - 24;
    new DataView(aligned.buffer).setFloat64(start + 4, 42, true);
    new DataView(aligned.buffer).setFloat64(start + 12, 43, true);
    const { series: [series] } = decodeSeries(aligned.buffer);
    expect(series?.mode === 'raw' && [series.points.x[0], series.points.y[0]]).toEqual([42, 43]);
  });

  it.each([
    ['an empty answer', new ArrayBuffer(0)],
    ['a header longer than the answer', new Uint32Array([1000]).buffer],
    ['a column beyond the end', encode(rawHeader({ x: column(0, 3), y: column(0, 1) }), [1])],
    ['a negative offset', encode(rawHeader({ x: column(-8, 1), y: column(0, 1) }), [1])],
    ['an absurd length', encode(rawHeader({ x: column(0, 1e300), y: column(0, 1) }), [1])],
    ['columns of unequal length', encode(rawHeader({ x: column(0, 1), y: column(0, 2) }), [1, 2])],
    ['another type', encode(rawHeader({ x: { at: 0, n: 1, type: 'f32' }, y: column(0, 1) }), [1])],
  ])('refuses %s', (_what, body) => expect(() => decodeSeries(body)).toThrow(SeriesFormatError));
});
