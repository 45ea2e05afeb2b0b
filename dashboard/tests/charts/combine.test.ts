import { describe, expect, it } from 'vitest';
import { combineLines } from '../../src/charts/combine';
import { lineFromRaw, type LineData } from '../../src/charts/line_data';
import { parseExpression } from '../../src/lib/expression';

const line = (...points: [number, number][]): LineData => lineFromRaw(Float64Array.from(points.map((p) => p[0])), Float64Array.from(points.map((p) => p[1])), points.length);
const combined = (text: string, lines: Record<string, LineData>) => {
  const made = combineLines(parseExpression(text, Object.keys(lines)), new Map(Object.entries(lines)));
  return made && Array.from({ length: made.n }, (_, i) => [made.x[i], made.mid[i]]);
};

describe('lines combined', () => {
  it('stand where the one with the fewest points has them, with the last value of the others', () => {
    const often = line([0, 1], [1, 2], [2, 4], [3, 8], [4, 16]);
    const seldom = line([1, 10], [3.5, 20]);
    expect(combined('often + seldom', { often, seldom })).toEqual([[1, 12], [3.5, 28]]);
  });

  it('have no point before one of them begins', () => {
    expect(combined('a - b', { a: line([0, 5], [1, 6]), b: line([1, 1], [2, 2], [3, 3]) })).toEqual([[1, 5]]);
  });

  it('are not finite where the value is not', () => {
    expect(combined('log(a)', { a: line([0, 0], [1, -1], [2, 1]) })).toEqual([[0, -Infinity], [1, NaN], [2, 0]]);
  });

  it('are none where x falls', () => {
    const falling = line([0, 1], [5, 2], [3, 4]);
    falling.setUnordered(null, null);
    expect(combined('a', { a: falling })).toBeNull();
  });

  it('are whole if all of them are', () => {
    const [a, b] = [line([0, 1]), line([0, 2])];
    a.isComplete = true;
    const make = () => combineLines(parseExpression('a + b', ['a', 'b']), new Map([['a', a], ['b', b]]));
    expect(make()?.isComplete).toBe(false);
    b.isComplete = true;
    expect(make()?.isComplete).toBe(true);
  });
});
