import { describe, expect, it } from 'vitest';
import type { Smoothing } from '../../src/api/types';
import { formatSmoothing, kSliders, parseSmoothing, smoothRaw } from '../../src/charts/smoothing';

const over = (x: number[], y: number[], smoothing: Smoothing): number[] =>
  [...smoothRaw(Float64Array.from(x), Float64Array.from(y), y.length, smoothing)];
const smooth = (y: number[], smoothing: Smoothing): number[] => over(y.map((_, i) => i), y, smoothing);
const close = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => (Number.isFinite(expected[i]) ? expect(value).toBeCloseTo(expected[i]!, 12) : expect(value).toBe(expected[i])));
};

describe('ema', () => {
  it('is the debiased average: first value as it is, then weighted', () => {
    // By hand for s = 0.5: m = 0.5 → 0.5/0.5; m = 0.25 + 1.5 = 1.75 → 1.75/0.75; m = 0.875 + 1 → 1.875/0.875.
    close(smooth([1, 3, 2], { kind: 'ema', parameter: 0.5 }), [1, 1.75 / 0.75, 1.875 / 0.875]);
  });

  it('lets NaN and infinities pass without counting them', () => {
    close(smooth([1, NaN, 3, Infinity, 2], { kind: 'ema', parameter: 0.5 }), [1, NaN, 1.75 / 0.75, Infinity, 1.875 / 0.875]);
  });
});

it('twema weighs by the distance in x, whose extent is that of the whole series', () => {
  // p = 0.25: w = 0.5; extent 4, so a = 0.5^(Δ/4·1000): nothing is left of what lies a whole step behind.
  close(over([0, 0.004, 4], [1, 3, 7], { kind: 'twema', parameter: 0.25 }), [1, (0.5 * 1 + 3) / 1.5, 7]);
});

it('gaussian weighs by the distance in x up to three sigma', () => {
  const g = Math.exp(-0.5);
  close(over([0, 1, 5], [1, 3, 9], { kind: 'gaussian', parameter: 1 }), [(1 + 3 * g) / (1 + g), (g + 3) / (1 + g), 9]);
});

describe('mean', () => {
  it('has its window around the point, cut at both ends', () => {
    close(smooth([1, 2, 3, 4, 8], { kind: 'mean', parameter: 3 }), [1.5, 2, 3, 5, 6]);
  });
  it('of an even number of points has one more behind', () => {
    close(smooth([1, 2, 3, 4], { kind: 'mean', parameter: 2 }), [1.5, 2.5, 3.5, 4]);
  });
  it('looks at finite points alone', () => {
    close(smooth([1, NaN, 3], { kind: 'mean', parameter: 3 }), [2, NaN, 2]);
  });
});

it.each(['ema', 'twema', 'gaussian', 'mean'] as const)('%s leaves a constant series as it is', (kind) => {
  expect(smooth([0.3, 0.3, 0.3, 0.3], { kind, parameter: kind === 'mean' ? 3 : 0.9 })).toEqual([0.3, 0.3, 0.3, 0.3]);
});

it('has a text that it reads again', () => {
  for (const smoothing of [{ kind: 'ema', parameter: 0.6 }, { kind: 'gaussian', parameter: 40 }, { kind: 'mean', parameter: 7 }] as const) {
    expect(parseSmoothing(formatSmoothing(smoothing))).toEqual(smoothing);
  }
  expect(formatSmoothing({ kind: 'ema', parameter: 0.6 })).toBe('0.6');
  for (const text of [null, '', '0', '1', '-1', 'mean:2.5', 'mean:1', 'twema:1', 'other:3', 'ema:NaN']) expect(parseSmoothing(text)).toBeNull();
});

it('has sliders whose ends are parameters', () => {
  for (const slider of Object.values(kSliders)) {
    expect(slider.toParameter(slider.min)).toBe(0);
    expect(slider.toSlider(slider.toParameter(slider.start))).toBe(slider.start);
  }
});
