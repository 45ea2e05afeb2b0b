import { expect, it } from 'vitest';
import { kMostPixels, scrollTo, spaceOf, windowAt } from '../../src/lib/log_scroll';

it('a short log scrolls pixel by pixel', () => {
  expect(spaceOf(100, 20)).toBe(2000);
  expect(windowAt({ top: 400, height: 200 }, 100, 20, 5)).toEqual({ from: 15, to: 35, top: 300 });
  expect(scrollTo(50, 200, 100, 20)).toBe(900);
});

it('a log of a million lines has a bar that a browser can draw, and both ends are reached', () => {
  const total = 1_000_000;
  expect(spaceOf(total, 20)).toBe(kMostPixels);
  expect(windowAt({ top: 0, height: 600 }, total, 20, 0)).toEqual({ from: 0, to: 30, top: 0 });
  const end = windowAt({ top: kMostPixels - 600, height: 600 }, total, 20, 0);
  expect([end.from, end.to]).toEqual([999_970, 1_000_000]);
  expect(end.top + 30 * 20).toBeCloseTo(kMostPixels, 6);
});

it.each([0, 12, 500_000, 999_999])('line %i is in the window that it is scrolled to', (line) => {
  const total = 1_000_000;
  const shown = windowAt({ top: scrollTo(line, 600, total, 20), height: 600 }, total, 20, 0);
  expect(shown.from).toBeLessThanOrEqual(line);
  expect(shown.to).toBeGreaterThan(line);
});
