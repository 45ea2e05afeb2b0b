import { expect, it } from 'vitest';
import { hoverAt, rowAt, type HoverLine } from '../../src/charts/hover';
import { lineFromRaw } from '../../src/charts/line_data';

const line = (run: string, x: number[], y: number[]): HoverLine => ({
  run, label: run, color: '#000000', smoothed: null, data: lineFromRaw(Float64Array.from(x), Float64Array.from(y), y.length),
});

it('is silent beyond the ends of a line', () => {
  const l = line('a', [10, 20], [1, 2]);
  expect(rowAt(l, 21, 2)?.value).toBe(2);
  expect(rowAt(l, 30, 2)).toBeNull();
});

it('orders by distance to the pointer, and by value without one', () => {
  const lines = [line('a', [0, 1], [5, 5]), line('b', [0, 1], [9, 9]), line('c', [0, 1], [1, NaN])];
  const near = hoverAt(lines, 0, 1, (row) => Math.abs(row.value - 1.2));
  expect(near.nearest?.run).toBe('c');
  expect(near.rows.map((row) => row.run)).toEqual(['c', 'a', 'b']);
  expect(hoverAt(lines.slice(0, 2), 0, 1, null).rows.map((row) => row.run)).toEqual(['b', 'a']);
});
