import { describe, expect, it } from 'vitest';
import { formatAgo, formatCompact, formatDuration, formatNumber } from '../../src/lib/format';

describe('formatNumber', () => {
  it.each([
    [0, '0'], [0.123456, '0.1235'], [12.5, '12.5'], [1234.5678, '1,235'], [1_234_567, '1,234,567'], [5e-5, '5e\u22125'],
    [-0.5, '\u22120.5'], [1e9, '1e9'], [0.9999999, '1'], [NaN, 'NaN'], [Infinity, '∞'], [-Infinity, '\u2212∞'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text));
});

it('formatDuration has two parts at most', () => {
  expect([0.42, 9.9, 61, 3725, 90_061, -1, NaN].map(formatDuration)).toEqual(['0.4s', '9s', '1m 01s', '1h 02m', '1d 1h', '–', '–']);
});

it('formatAgo grows coarser', () => {
  const now = 1e15;
  expect([1, 30, 120, 7200, 200_000].map((s) => formatAgo(now - s * 1e6, now))).toEqual(['just now', '30s ago', '2m ago', '2h ago', '2d ago']);
});

it('formatCompact keeps three digits', () => {
  expect([950, 9999, 12_345, 1_250_000, 3e9].map(formatCompact)).toEqual(['950', '9,999', '12.3k', '1.3M', '3G']);
});
