import { expect, it } from 'vitest';
import { describeChart, factsOf, honestyOf } from '../../src/charts/describe';
import { lineFromRaw } from '../../src/charts/line_data';

const line = (y: number[]) => lineFromRaw(Float64Array.from(y.map((_, i) => i)), Float64Array.from(y), y.length);

it('finds lowest and highest with their place and counts what is not finite', () => {
  expect(factsOf(line([3, NaN, 1, 2]))).toMatchObject({ first: 3, last: 2, min: 1, minAt: 2, max: 3, maxAt: 0, nonfinite: 1, points: 4 });
});

it('says a chart in a sentence', () => {
  expect(describeChart('val/loss', [{ label: 'exp-7', data: line([0.5, 0.2]) }, { label: 'exp-8', data: line([0.9]) }]))
    .toBe('val/loss, 2 runs: lowest 0.2 by exp-7 at 1, highest 0.9 by exp-8 at 0, last 0.2');
  expect(describeChart('x', [])).toBe('x: no data');
  expect(describeChart('x', [{ label: 'a', data: line([NaN]) }])).toBe('x: 1 run, no finite value');
});

it('says that raw is raw', () => expect(honestyOf([line([1, 2]), line([3])]).text).toBe('raw · 3'));
