import { describe, expect, it } from 'vitest';
import { makeAxis } from '../../src/charts/plot_axis';
import { fitText, nearestMark, nearestTrack, placeScatter, placeTracks } from '../../src/charts/run_plots';

const box = { left: 10, top: 20, width: 100, height: 50 };

it('numbers stand on a line, and on a logarithm where they span decades', () => {
  const linear = makeAxis('a', [0, 5, 10]);
  expect([linear.kind, linear.place(5), linear.place(null)]).toEqual(['linear', 0.5, null]);
  const log = makeAxis('lr', [1e-5, 1e-3]);
  expect(log.kind).toBe('log');
  expect(log.place(1e-4)).toBeCloseTo(0.5, 12);
  expect(log.place(0)).toBeNull();
});

it('texts have places of their own, and what is missing one too', () => {
  const axis = makeAxis('model', ['b', null, 'a']);
  expect(axis.ticks.map((tick) => tick.label)).toEqual(['a', 'b', 'unset']);
  expect([axis.place('a'), axis.place('b'), axis.place(null), axis.place('c')]).toEqual([0, 0.5, 1, null]);
});

it('one value stands in the middle', () => {
  expect(makeAxis('a', [3, 3]).place(3)).toBe(0.5);
  expect(makeAxis('a', ['x']).place('x')).toBe(0.5);
});

it('marks stand where their values are; what has none is left out', () => {
  const [x, y] = [makeAxis('x', [0, 10]), makeAxis('y', [0, 1])];
  const marks = placeScatter(box, x, y, [{ run: 'a', color: 'c', x: 0, y: 1 }, { run: 'b', color: 'c', x: 10, y: 0 }, { run: 'c', color: 'c', x: null, y: 0 }]);
  expect(marks.map((mark) => [mark.run, mark.x, mark.y])).toEqual([['a', 10, 20], ['b', 110, 70]]);
  expect(nearestMark(marks, 15, 25)?.run).toBe('a');
  expect(nearestMark(marks, 60, 45)).toBeNull();
});

it('a track is found between its axes, and only where the brush leaves it', () => {
  const axes = [makeAxis('x', [0, 10]), makeAxis('y', [0, 1])];
  const run = (id: string, x: number, y: number, isOut: boolean) => ({ run: id, color: 'c', values: [x, y], isOut });
  const tracks = placeTracks(box, axes, [run('up', 0, 1, false), run('down', 10, 0, true)]);
  expect(nearestTrack(tracks, 60, 46)?.run).toBe('up');
  expect(nearestTrack(tracks, 20, 25)).toBeNull();
});

describe('fitText', () => {
  const measured = { measureText: (text: string) => ({ width: text.length }) as TextMetrics };
  it('takes the middle away, and only where it must', () => {
    expect(fitText(measured, 'short', 5)).toBe('short');
    expect(fitText(measured, 'sentence-transformers/all-MiniLM-L6-v2', 11)).toBe('sente…L6-v2');
    expect(fitText(measured, 'anything', 1)).toBe('…');
  });
});
