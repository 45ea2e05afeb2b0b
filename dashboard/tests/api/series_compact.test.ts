import { describe, expect, it } from 'vitest';
import { decodeSeries, SeriesFormatError } from '../../src/api/series_format';
import { compactBody, type CompactColumn } from './compact_body';

// A small generator: each run of the tests sees the same numbers.
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const raw = (points: object, more: object = {}) => ({ series: [{ run: 'r', key: 'k', x: 'step', mode: 'raw', total: 4, points, ...more }] });
const decoded = (columns: readonly CompactColumn[]): number[] => {
  const { series: [series] } = decodeSeries(compactBody(raw({ x: 0, y: 0 }), columns));
  if (series?.mode !== 'raw') throw new Error('raw expected');
  return [...series.points.y];
};

describe('the compact body', () => {
  it('has its ends exactly, and marks what is not finite', () => {
    const [low, high] = [-0.1, 0.7];
    for (const [type, levels] of [['u8', 252], ['u16', 65532]] as const) {
      const values = [low, high, NaN, Infinity, -Infinity, high, low];
      expect(decoded([{ values, type, low, high, levels }])).toEqual(values);
    }
  });

  it('has whole numbers exactly', () => {
    const values = [17, 18, 20, 1000, 999, 66];
    expect(decoded([{ values, type: 'u16', low: 17, high: 1000, levels: 983 }])).toEqual(values);
  });

  it('is right to half a level, whatever the values', () => {
    const random = makeRandom(1);
    for (let round = 0; round < 200; round++) {
      const scale = 10 ** Math.floor(random() * 600 - 300);
      const values = Array.from({ length: 1 + Math.floor(random() * 300) }, () => (random() - 0.5) * scale);
      const [low, high] = [Math.min(...values), Math.max(...values)];
      const levels = 1 + Math.floor(random() * (round % 2 === 0 ? 252 : 65532));
      const type = levels <= 252 ? 'u8' : 'u16';
      const got = decoded([{ values, type, low, high, levels }]);
      const most = ((high - low) / levels / 2) * (1 + 1e-9);
      got.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThanOrEqual(most));
    }
  });

  it('has constants, exact columns, and one array for what is equal', () => {
    const header = { series: ['a', 'b'].map((run, i) => ({ run, key: 'k', x: 'time', mode: 'raw', total: 2, points: { x: 0, y: 1 + i } })) };
    const { series } = decodeSeries(compactBody(header, [{ exact: [1.5, 2.25] }, { n: 2, value: 'NaN' }, { n: 2, value: 3 }]));
    const [a, b] = series;
    if (a?.mode !== 'raw' || b?.mode !== 'raw') throw new Error('raw expected');
    expect([...a.points.x, ...a.points.y, ...b.points.y]).toEqual([1.5, 2.25, NaN, NaN, 3, 3]);
    expect(a.points.x).toBe(b.points.x);
    expect(a.precision).toBe('picture');
  });

  it('reads buckets and groups without what no picture shows', () => {
    const buckets = { x: 0, x_last: 0, min: 1, max: 1, mean: 1, count: 0, nonfinite: 2, smoothed: 1 };
    const header = {
      series: [{ run: 'r', key: 'k', x: 'step', mode: 'buckets', total: 9, buckets }],
      groups: [{ group: 'g', key: 'k', x: 'step', runs: 2, buckets: { x: 0, x_last: 0, mean: 1, std: 1, min: 1, max: 1, median: 1, count: 0, points: 0 } }],
    };
    const { series: [series], groups: [group] } = decodeSeries(compactBody(header, [{ exact: [7] }, { exact: [8] }, { n: 1, value: 0 }]));
    if (series?.mode !== 'buckets') throw new Error('buckets expected');
    expect([series.buckets.last, series.buckets.max[0], series.smoothed?.[0], group?.buckets.median[0], group?.precision]).toEqual([null, 8, 8, 8, 'picture']);
  });

  const one = { values: [1, 2], type: 'u8', low: 1, high: 2, levels: 10 } as const;
  it.each<[string, ArrayBuffer]>([
    ['a column that is not in the table', compactBody(raw({ x: 0, y: 7 }), [one])],
    ['a place that is no number', compactBody(raw({ x: 0, y: { at: 0, n: 2, type: 'f64' } }), [one])],
    ['columns of unequal length', compactBody(raw({ x: 0, y: 1 }), [one, { n: 3, value: 0 }])],
    ['an absurd length', compactBody(raw({ x: 0, y: 0 }), [{ n: 1e12, value: 0 }])],
    ['a table cut short', compactBody(raw({ x: 0, y: 0 }), [one]).slice(0, -1)],
    ['levels that reach nowhere', compactBody(raw({ x: 0, y: 0 }), [{ ...one, low: 2, high: 1 }])],
    ['more levels than there are', compactBody(raw({ x: 0, y: 0 }), [{ ...one, levels: 253 }])],
    ['an unknown type', compactBody({ ...raw({ x: 0, y: 0 }), columns: [{ n: 0, type: 'f32' }] }, [])],
  ])('refuses %s', (_what, body) => expect(() => decodeSeries(body)).toThrow(SeriesFormatError));

  // Whatever the bytes: a series whose columns are as long as each other, or a refusal.
  it('reads or refuses what is damaged', () => {
    const random = makeRandom(7);
    const whole = new Uint8Array(compactBody(raw({ x: 0, y: 1, smoothed: 2 }), [
      { values: [1, 2, 3, 4], type: 'u16', low: 1, high: 4, levels: 3 }, { values: [0.1, 0.2, NaN, 0.4], type: 'u8', low: 0.1, high: 0.4, levels: 155 },
      { exact: [1, 2, 3, 4] },
    ]));
    let read = 0;
    for (let round = 0; round < 5000; round++) {
      const bytes = whole.slice(0, random() < 0.2 ? Math.floor(random() * whole.length) : whole.length);
      for (let i = 0; i < 1 + random() * 4 && bytes.length > 0; i++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
      try {
        for (const series of decodeSeries(bytes.buffer).series) {
          if (series.mode === 'raw') expect(series.points.x.length).toBe(series.points.y.length);
          read += 1;
        }
      } catch (error) {
        const isRefusal = error instanceof SeriesFormatError || error instanceof SyntaxError || error instanceof TypeError;
        expect(isRefusal, String(error)).toBe(true);
      }
    }
    expect(read).toBeGreaterThan(50);
  });
});
