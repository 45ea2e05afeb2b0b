import { describe, expect, it } from 'vitest';
import { correlationOf, importanceOf } from '../../src/lib/importance';

const runs = Array.from({ length: 40 }, (_, i) => i);

describe('importance', () => {
  it('gives the share to what the metric hangs on', () => {
    const lr = runs.map((i) => i % 5);
    const model = runs.map((i) => (i % 3 === 0 ? 'a' : i % 3 === 1 ? 'b' : 'c'));
    const seed = runs.map((i) => (i * 7) % 11);
    const y = runs.map((i) => 3 * lr[i]! + (model[i] === 'b' ? 5 : 0));
    const told = importanceOf([{ name: 'seed', values: seed }, { name: 'model', values: model }, { name: 'lr', values: lr }], y);
    expect(told.map((one) => one.name)).toEqual(['lr', 'model', 'seed']);
    expect(told[0]!.share).toBeGreaterThan(0.5);
    expect(told.reduce((sum, one) => sum + one.share, 0)).toBeCloseTo(1, 12);
  });

  it('is the same each time', () => {
    const parameters = [{ name: 'a', values: runs.map((i) => i % 4) }, { name: 'b', values: runs.map((i) => i % 7) }];
    const y = runs.map((i) => (i % 4) * (i % 7));
    expect(importanceOf(parameters, y)).toEqual(importanceOf(parameters, y));
  });

  it('takes a missing value for a category', () => {
    const told = importanceOf([{ name: 'dropout', values: runs.map((i) => (i % 2 ? null : 0.1)) }], runs.map((i) => i % 2));
    expect(told).toEqual([{ name: 'dropout', share: 1, correlation: NaN }]);
  });

  it('says nothing of too few runs, or of a metric that never changes', () => {
    expect(importanceOf([{ name: 'a', values: [1, 2, 3] }], [1, 2, 3])).toEqual([]);
    expect(importanceOf([{ name: 'a', values: [1, 2, 3, 4] }], [5, 5, 5, 5])).toEqual([]);
    expect(importanceOf([{ name: 'a', values: [1, 1, 1, 1] }], [1, 2, 3, 4])).toEqual([]);
  });
});

it('correlation is Pearson’s', () => {
  expect(correlationOf([1, 2, 3, 4], [2, 4, 6, 8])).toBeCloseTo(1, 12);
  // numpy.corrcoef([1, 2, 3], [1, 3, 2])[0, 1]
  expect(correlationOf([1, 2, 3], [1, 3, 2])).toBeCloseTo(0.5, 12);
  expect(correlationOf(['a', 2, 3], [1, 3, 2])).toBeNaN();
  expect(correlationOf([1, 1, 1], [1, 3, 2])).toBeNaN();
});
