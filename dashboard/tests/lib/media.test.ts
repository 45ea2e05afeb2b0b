import { describe, expect, it } from 'vitest';
import { evaluationsOf, totalsOf } from '../../src/lib/evaluation';
import { evenly, heatOf, histogramOf, totalOf } from '../../src/lib/histograms';
import { entriesAt, indexAt, stepsOf } from '../../src/lib/media_steps';
import { panelsOf } from '../../src/lib/media_panels';

describe('steps', () => {
  const entries = [{ step: -2, n: 0 }, { step: 5, n: 1 }, { step: 5, n: 2 }, { step: 9, n: 3 }];

  it('are those of all runs, rising', () => {
    expect(stepsOf([entries, [{ step: 7 }, { step: 5 }]])).toEqual([-2, 5, 7, 9]);
  });

  it('are chosen by the last that is not behind', () => {
    const steps = [-2, 5, 7, 9];
    expect([null, -5, -2, 6, 7, 100].map((chosen) => indexAt(steps, chosen))).toEqual([3, 0, 0, 1, 2, 3]);
    expect(indexAt([], 3)).toBe(-1);
  });

  it('show all that was logged at one', () => {
    expect(entriesAt(entries, 8).map((one) => one.n)).toEqual([1, 2]);
    expect(entriesAt(entries, -3)).toEqual([]);
    expect(entriesAt(entries, 9).map((one) => one.n)).toEqual([3]);
  });
});

describe('histograms', () => {
  it('are read with distrust', () => {
    expect(histogramOf({ edges: [0, 1, 3], counts: [2, 4] }, 7)).toEqual({ step: 7, edges: [0, 1, 3], counts: [2, 4] });
    for (const odd of [null, [], {}, { edges: [0, 1], counts: [] }, { edges: [0, 1], counts: [1, 2] }, { edges: [1, 0], counts: [1] },
      { edges: [0, 1], counts: [-1] }, { edges: [0, 'NaN'], counts: [1] }]) expect(histogramOf(odd, 0)).toBeNull();
  });

  it('become a picture of densities, whatever the widths', () => {
    const wide = histogramOf({ edges: [0, 10], counts: [100] }, 0)!;
    const narrow = histogramOf({ edges: [0, 1, 2], counts: [1, 3] }, 1)!;
    const heat = heatOf([wide, narrow]);
    expect([heat.low, heat.high]).toEqual([0, 10]);
    // Densities 0.1, 0.25 and 0.75 for each unit of value.
    expect(heat.cells.map((cell) => cell.share ** 2)).toEqual([expect.closeTo(0.1 / 0.75), expect.closeTo(0.25 / 0.75), 1]);
    expect(totalOf(narrow)).toBe(4);
  });

  it('that counted nothing have a place and no cells', () => {
    const heat = heatOf([histogramOf({ edges: [0, 1], counts: [0] }, 0)!]);
    expect(heat).toEqual({ low: 0, high: 1, cells: [] });
    expect(heatOf([])).toEqual({ low: 0, high: 1, cells: [] });
  });

  it('are thinned evenly, with both ends', () => {
    const list = Array.from({ length: 1000 }, (_, i) => i);
    const some = evenly(list, 11);
    expect([some.length, some[0], some.at(-1)]).toEqual([11, 0, 999]);
    expect(evenly([1, 2], 5)).toEqual([1, 2]);
  });
});

describe('evaluations', () => {
  const summary = {
    'eval/classes': ['cat', '<b>dog'], 'eval/confusion_matrix': [[8, 2], [1, 9]], 'eval/loss': 0.3,
    'eval/per_class': [{ class: 'cat', f1: 0.8 }], 'eval/worst_errors': [{ row: 3, label: 'cat', loss: 'Infinity' }],
    'test/confusion_matrix': [[1, 2], [3]], 'odd/per_class': [],
  };

  it('are found by their prefix, and only where they have the form', () => {
    const [only, ...others] = evaluationsOf(summary);
    expect(others).toEqual([]);
    expect(only!.confusion).toEqual({ classes: ['cat', '<b>dog'], counts: [[8, 2], [1, 9]] });
    expect(only!.perClass).toEqual({ columns: ['class', 'f1'], rows: [['cat', 0.8]] });
    expect(only!.worst!.rows).toEqual([[3, 'cat', 'Infinity']]);
    expect(evaluationsOf({})).toEqual([]);
  });

  it('have sums of labels and predictions', () => {
    expect(totalsOf({ classes: ['a', 'b'], counts: [[8, 2], [1, 9]] })).toEqual({ total: 20, right: 17, ofLabel: [10, 10], ofPrediction: [9, 11] });
  });

  it('number the classes that have no names', () => {
    expect(evaluationsOf({ 'eval/confusion_matrix': [[1]] })[0]!.confusion!.classes).toEqual(['0']);
  });
});

it('panels are one for each key and type, with the runs in the order of the page', () => {
  const key = (run: string, name: string, type: string) => ({ run, key: name, type, count: 2, firstStep: 0, lastStep: 1 });
  const runs = ['b', 'a'].map((id, color) => ({ id, label: id, color }));
  const panels = panelsOf([key('a', 'x', 'image'), key('b', 'x', 'image'), key('a', 'x', 'table'), key('gone', 'x', 'image')], runs);
  expect(panels.map((panel) => [panel.key, panel.type, panel.runs.map((run) => run.id).join(), panel.count])).toEqual([['x', 'image', 'b,a', 4], ['x', 'table', 'a', 2]]);
});
