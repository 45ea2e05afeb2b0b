import { describe, expect, it } from 'vitest';
import { symlog } from '../../src/charts/scale';
import { formatSeconds, formatTick, linearTicks, logTicks, symlogTicks } from '../../src/charts/ticks';

describe('formatTick', () => {
  it('writes the step out and no more', () => {
    expect([0.25, 0.5, 0.75].map((v) => formatTick(v, 0.25))).toEqual(['0.25', '0.50', '0.75']);
    expect(formatTick(0.30000000000000004, 0.1)).toBe('0.3');
    expect(formatTick(-2, 1)).toBe('\u22122');
  });
  it('has one form for an axis of small numbers', () => {
    expect([2e-5, 4e-5, 1e-4].map((v) => formatTick(v, 2e-5))).toEqual(['2e\u22125', '4e\u22125', '1.0e\u22124']);
  });
  it('shortens large ones', () => {
    expect(formatTick(20_000, 10_000)).toBe('20k');
    expect(formatTick(1500, 500)).toBe('1,500');
  });
});

describe('logTicks', () => {
  it('shows decades over a wide range', () => expect(logTicks(1e-6, 1, 7)).toEqual([1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1]));
  it('shows more inside a decade', () => expect(logTicks(1.2, 8, 8)).toEqual([1.5, 2, 3, 4, 5, 6, 7, 8]));
  it('skips decades when there are too many', () => expect(logTicks(1e-12, 1e12, 6).length).toBeLessThanOrEqual(6));
  it('has none where a logarithm has none', () => expect(logTicks(0, 1, 5)).toEqual([]));
});

describe('symlogTicks', () => {
  const place = (value: number, constant: number) => Math.sign(value) * Math.log(1 + Math.abs(value) / constant);
  it('has zero and the same powers of ten on both sides', () => {
    expect(symlogTicks(-1000, 1000, 9, symlog(1)).ticks).toEqual([-1000, -100, -10, 0, 10, 100, 1000]);
    expect(symlogTicks(-1000, 1000, 7, symlog(1)).ticks).toEqual([-1000, -10, 0, 10, 1000]);
  });
  it('keeps them apart on the axis, inside the range, and few', () => {
    for (const [min, max, constant] of [[-3, 5000, 1], [0, 0.7, 0.001], [-1e9, -1e-3, 1e-6], [2, 1e12, 0.1], [-0.5, 1e-9, 1e-12]] as const) {
      for (const most of [3, 6, 12]) {
        const { ticks } = symlogTicks(min, max, most, symlog(constant));
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.length).toBeLessThanOrEqual(most);
        const gap = (place(max, constant) - place(min, constant)) / (most - 1);
        ticks.forEach((tick, i) => {
          expect(tick >= min && tick <= max).toBe(true);
          if (i > 0) expect(place(tick, constant) - place(ticks[i - 1]!, constant)).toBeGreaterThanOrEqual(gap * 0.999);
        });
      }
    }
  });
  it('stands as on a linear axis where it is one', () => {
    expect(symlogTicks(100, 110, 6, symlog(1))).toEqual(linearTicks(100, 110, 6));
    expect(symlogTicks(-0.1, 0.1, 6, symlog(1))).toEqual(linearTicks(-0.1, 0.1, 6));
  });
  it('has none without a range', () => expect(symlogTicks(1, 1, 5, symlog(1)).ticks).toEqual([]));
});

it('formatSeconds drops parts that say nothing', () => {
  expect([0, 30, 60, 90, 3600].map((v) => formatSeconds(v, 30))).toEqual(['0', '30s', '1m', '1m 30s', '1h']);
  expect(formatSeconds(0.5, 0.1)).toBe('0.5s');
});

describe('linearTicks', () => {
  it('ends where numbers are too large to be told apart', () => {
    for (const [min, max] of [[1e16, 1e16 + 2], [-1e300, -1e300 + 1e285], [2 ** 53, 2 ** 53 + 4]] as const) {
      const { ticks } = linearTicks(min, max, 8);
      expect(ticks.length).toBeLessThanOrEqual(10);
      expect(new Set(ticks).size).toBe(ticks.length);
    }
    expect(linearTicks(0, 10, 5).ticks).toEqual([0, 2, 4, 6, 8, 10]);
  });
});
