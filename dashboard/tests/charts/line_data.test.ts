import { describe, expect, it } from 'vitest';
import type { Series } from '../../src/api/types';
import { lineFromGroup, lineFromRaw, lineFromSeries, lowerBound, type GroupBand } from '../../src/charts/line_data';

const f64 = (...values: number[]) => Float64Array.from(values);
const bucketed = (): Series => ({
  run: 'r', key: 'k', x: 'step', mode: 'buckets', total: 8, smoothed: null, precision: 'exact', smoothedOver: 1, xRises: true,
  buckets: {
    x: f64(0, 4), xLast: f64(3, 7), min: f64(1, 5), max: f64(4, 8), mean: f64(2.5, 6.5), last: f64(4, 8),
    count: f64(4, 4), nonfinite: f64(0, 0), xMin: null, xMax: null,
  },
});

describe('a raw line', () => {
  it('takes points at its end, however many', () => {
    const line = lineFromRaw(f64(0, 1), f64(5, 6), 2);
    for (let step = 2; step < 300; step++) line.append(step, step * 2);
    expect(line.n).toBe(300);
    expect(line.total).toBe(300);
    expect(line.x[299]).toBe(299);
    expect(line.lo[299]).toBe(598);
  });

  it('replaces the value of a step that comes again', () => {
    const line = lineFromRaw(f64(0, 1, 2), f64(5, 6, 7), 3);
    line.append(1, 60);
    expect([...line.mid.slice(0, line.n)]).toEqual([5, 60, 7]);
    expect(line.total).toBe(3);
  });

  it('puts a late point into its place', () => {
    const line = lineFromRaw(f64(0, 2), f64(5, 7), 2);
    line.append(1, 6);
    expect([...line.x.slice(0, line.n)]).toEqual([0, 1, 2]);
    expect([...line.mid.slice(0, line.n)]).toEqual([5, 6, 7]);
  });

  it('asks to be read again once it has outgrown the picture', () => {
    const line = lineFromRaw(f64(0), f64(0), 1);
    for (let step = 1; step <= 1000; step++) line.append(step, 0);
    expect(line.stale).toBe(true);
  });

  it('starts empty', () => {
    const line = lineFromRaw(f64(), f64(), 0);
    expect(line.nearest(3)).toBe(-1);
    line.append(7, 1);
    expect(line.nearest(3)).toBe(0);
  });
});

describe('a bucketed line', () => {
  it('widens the last bucket, then opens a new one, keeping the envelope exact', () => {
    const line = lineFromSeries(bucketed());
    line.append(8, 20);
    expect(line.n).toBe(3);
    expect([line.lo[2], line.hi[2], line.mid[2], line.count[2]]).toEqual([20, 20, 20, 1]);
    line.append(9, 10);
    expect(line.n).toBe(3);
    expect([line.lo[2], line.hi[2], line.mid[2], line.last[2], line.count[2]]).toEqual([10, 20, 15, 10, 2]);
    expect(line.total).toBe(10);
  });

  it('counts what is not finite apart', () => {
    const line = lineFromSeries(bucketed());
    line.append(8, NaN);
    expect(line.nonfinite[2]).toBe(1);
    expect(line.mid[2]).toBeNaN();
    line.append(9, 3);
    expect([line.lo[2], line.hi[2], line.mid[2]]).toEqual([3, 3, 3]);
  });

  it('cannot place a late point and says so', () => {
    const line = lineFromSeries(bucketed());
    line.append(2, 100);
    expect(line.stale).toBe(true);
    expect(line.n).toBe(2);
  });

  it('stands at the middle of its x', () => {
    const line = lineFromSeries(bucketed());
    expect(line.xAt(0)).toBe(1.5);
    expect(line.nearest(3.4)).toBe(0);
    expect(line.nearest(3.6)).toBe(1);
  });
});

it('has wall-clock x in seconds', () => {
  const line = lineFromSeries({ run: 'r', key: 'k', x: 'time', mode: 'raw', total: 1, smoothed: null, precision: 'exact', smoothedOver: 1, xRises: true, points: { x: f64(1.7e15), y: f64(1) } });
  expect(line.x[0]).toBe(1.7e9);
});

it('lowerBound finds the first that is not less', () => {
  const values = f64(1, 3, 3, 5);
  expect([0, 1, 2, 3, 4, 6].map((v) => lowerBound(values, 4, v))).toEqual([0, 0, 1, 1, 3, 4]);
});

it('finds the nearest of a line whose x falls, and its extent', () => {
  const line = lineFromSeries({
    run: 'r', key: 'k', x: 'metric', mode: 'raw', total: 3, smoothed: null, precision: 'exact', smoothedOver: 1, xRises: false,
    points: { x: f64(5, 1, 9), y: f64(1, 2, 3) },
  });
  expect(line.xExtent()).toEqual({ min: 1, max: 9 });
  expect(line.nearest(2)).toBe(1);
  expect(line.nearest(8)).toBe(2);
});

it('makes the band of a group as asked', () => {
  const group = {
    group: 'g', key: 'k', x: 'step' as const, runs: 3, precision: 'exact' as const,
    buckets: {
      x: f64(0), xLast: f64(9), mean: f64(10), std: f64(2), min: f64(7), max: f64(14), median: f64(9), count: f64(3), points: f64(30),
    },
  };
  const shown = (band: GroupBand) => {
    const line = lineFromGroup(group, band);
    return [line.lo[0], line.mid[0], line.hi[0]];
  };
  expect(shown('std')).toEqual([8, 10, 12]);
  const half = (4.303 * 2) / Math.sqrt(3);
  expect(shown('ci')).toEqual([10 - half, 10, 10 + half]);
  expect(shown('range')).toEqual([7, 10, 14]);
  expect(shown('median')).toEqual([7, 9, 14]);
});

describe('lines of one answer that share columns', () => {
  it('grow without changing each other', () => {
    const shared = bucketed();
    if (shared.mode !== 'buckets') throw new Error('buckets expected');
    // Equal columns of one line are one array, too.
    shared.buckets.max = shared.buckets.mean = shared.buckets.min;
    shared.buckets.last = null;
    const [a, b] = [lineFromSeries(shared), lineFromSeries(shared)];
    a.append(7.4, 100);
    expect([a.xLast[1], a.hi[1], a.lo[1], a.mid[1], a.last[1]]).toEqual([7.4, 100, 5, 24, 100]);
    expect([b.xLast[1], b.hi[1], b.lo[1], b.mid[1], b.n]).toEqual([7, 5, 5, 5, 2]);
  });

  it('take a value that replaces one', () => {
    const [x, y] = [f64(0, 1), f64(5, 6)];
    const [a, b] = [lineFromRaw(x, y, 2), lineFromRaw(x, y, 2)];
    a.append(1, 9);
    expect([a.mid[1], b.mid[1], y[1]]).toEqual([9, 6, 6]);
  });
});

it('asks again for a rounded line when a point comes late', () => {
  const line = lineFromSeries({
    run: 'r', key: 'k', x: 'step', mode: 'raw', total: 2, smoothed: null, precision: 'picture', smoothedOver: 1, xRises: true,
    points: { x: f64(0, 10), y: f64(1, 2) },
  });
  line.append(11, 3);
  expect([line.n, line.stale]).toEqual([3, false]);
  line.append(5, 4);
  expect([line.n, line.stale]).toEqual([3, true]);
});
