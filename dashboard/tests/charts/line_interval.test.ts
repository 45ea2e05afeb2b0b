import { expect, it } from 'vitest';
import { halfInterval, studentQuantile } from '../../src/charts/line_interval';

it('has the quantiles of the published table', () => {
  // NIST/SEMATECH e-Handbook, 1.3.6.7.2, column 0.975.
  for (const [freedom, quantile] of [[1, 12.706], [2, 4.303], [10, 2.228], [11, 2.201], [15, 2.131], [30, 2.042], [60, 2.0], [100, 1.984], [999, 1.962]] as const) {
    expect(Math.abs(studentQuantile(freedom) - quantile)).toBeLessThan(0.001);
  }
});

it('is wide for few runs, narrows with more, and is none for one', () => {
  expect(halfInterval(2, 1)).toBe(0);
  expect(halfInterval(2, 3)).toBeCloseTo((4.303 * 2) / Math.sqrt(3), 9);
  expect(halfInterval(2, 5)).toBeLessThan(halfInterval(2, 3));
  expect(halfInterval(2, 1000)).toBeCloseTo((1.962 * 2) / Math.sqrt(1000), 3);
});
