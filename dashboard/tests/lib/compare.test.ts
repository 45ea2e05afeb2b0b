import { expect, it } from 'vitest';
import { compareRuns, deltaTo, namesOf, runsNamed } from '../../src/lib/compare';
import { scaleColor } from '../../src/lib/color_scale';
import { contrast, kSurface } from '../../src/lib/palette';
import { makeRun } from './runs';

const a = makeRun({ id: 'aaaaaaaa-1', config: { lr: 0.1, opt: { name: 'adam' }, n: 2 } });
const b = makeRun({ id: 'bbbbbbbb-2', config: { lr: 0.2, opt: { name: 'adam' } } });

it('has a row for each leaf of any run, and says where they differ', () => {
  expect(compareRuns([a, b], 'config')).toEqual([
    { name: 'lr', values: [0.1, 0.2], differs: true },
    { name: 'n', values: [2, undefined], differs: true },
    { name: 'opt.name', values: ['adam', 'adam'], differs: false },
  ]);
});

it('tells how a number stands to the first', () => {
  expect(deltaTo(1, 3)).toBe(2);
  for (const [base, value] of [[1, 1], ['x', 2], [1, undefined], [1, 'NaN']] as const) expect(deltaTo(base, value)).toBeNull();
});

it('names runs as short as it can and reads that again', () => {
  const twin = makeRun({ id: 'aaaaaaaa-3' });
  expect(namesOf([a, b], [a, b])).toBe('aaaaaaaa,bbbbbbbb');
  expect(runsNamed(namesOf([twin, b], [a, b, twin]), [a, b, twin])).toEqual([twin, b]);
  expect(runsNamed('bbbbbbbb,none,,aaaaaaaa,bbbbbbbb', [a, b])).toEqual([b, a]);
});

it('has colours for numbers that stand on the surface', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (let share = 0; share <= 1; share += 0.05) expect(contrast(scaleColor(share, theme), kSurface[theme])).toBeGreaterThan(3);
  }
});
