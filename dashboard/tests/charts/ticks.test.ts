import { describe, expect, it } from 'vitest';
import { formatSeconds, formatTick, linearTicks, logTicks } from '../../src/charts/ticks';

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
