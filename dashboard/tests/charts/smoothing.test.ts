import { describe, expect, it } from 'vitest';
import { lineFromRaw, lineFromSeries } from '../../src/charts/line_data';
import { ema, emaBefore } from '../../src/charts/smoothing';

const raw = (y: number[], x = y.map((_, i) => i)) => lineFromRaw(Float64Array.from(x), Float64Array.from(y), y.length);

function buckets(groups: number[][]) {
  const f64 = (make: (group: number[], at: number) => number) => {
    let at = 0;
    return Float64Array.from(groups.map((group) => {
      const value = make(group, at);
      at += group.length;
      return value;
    }));
  };
  const mean = (g: number[]) => g.reduce((a, b) => a + b, 0) / g.length;
  return lineFromSeries({
    run: 'r', key: 'k', x: 'step', mode: 'buckets', total: groups.flat().length,
    buckets: {
      x: f64((_, at) => at), xLast: f64((g, at) => at + g.length - 1), min: f64((g) => Math.min(...g)), max: f64((g) => Math.max(...g)),
      mean: f64(mean), first: f64((g) => g[0]!), last: f64((g) => g[g.length - 1]!), count: f64((g) => g.length), nonfinite: f64(() => 0),
    },
  });
}

describe('ema', () => {
  it('is the debiased average: first value as it is, then weighted', () => {
    // By hand for s = 0.5: m = 1, 0.5 → 0.5/0.5 = 1; m = 0.25 + 1.5 = 1.75 → 1.75/0.75; m = 0.875 + 1 → 1.875/0.875.
    const out = ema(raw([1, 3, 2]), 0.5);
    expect(out[0]).toBeCloseTo(1, 12);
    expect(out[1]).toBeCloseTo(1.75 / 0.75, 12);
    expect(out[2]).toBeCloseTo(1.875 / 0.875, 12);
  });

  it('leaves a constant series as it is', () => {
    for (const value of ema(raw(Array.from({ length: 200 }, () => 0.3)), 0.97)) expect(value).toBeCloseTo(0.3, 12);
  });

  it('lets NaN and infinities pass without counting them', () => {
    const out = ema(raw([1, NaN, 3, Infinity, 2]), 0.5);
    expect(out[1]).toBeNaN();
    expect(out[3]).toBe(Infinity);
    expect(out[4]).toBeCloseTo(1.875 / 0.875, 12);
  });

  it('gives buckets of equal values what their points give', () => {
    const points = [4, 4, 4, 1, 1, 7, 7, 7, 7, 2];
    const whole = ema(raw(points), 0.9);
    const grouped = ema(buckets([[4, 4, 4], [1, 1], [7, 7, 7, 7], [2]]), 0.9);
    expect(grouped[0]).toBeCloseTo(whole[2]!, 12);
    expect(grouped[1]).toBeCloseTo(whole[4]!, 12);
    expect(grouped[2]).toBeCloseTo(whole[8]!, 12);
    expect(grouped[3]).toBeCloseTo(whole[9]!, 12);
  });

  it('does not change the curve when zoomed, given the state before', () => {
    const points = Array.from({ length: 100 }, (_, i) => Math.sin(i / 7) + (i % 5));
    const whole = raw(points);
    const zoomedIn = raw(points.slice(40, 60), points.slice(40, 60).map((_, i) => 40 + i));
    const out = ema(zoomedIn, 0.95, emaBefore(whole, 0.95, 40));
    const expected = ema(whole, 0.95).slice(40, 60);
    out.forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 10));
  });
});
