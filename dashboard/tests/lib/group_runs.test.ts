import { expect, it } from 'vitest';
import { allButSeed, groupRuns, spreadOf } from '../../src/lib/group_runs';
import { legendText } from '../../src/lib/legend';
import { makeRun } from './runs';

const runs = [
  makeRun({ id: 'a', name: 'one', config: { lr: 0.1, seed: 1, model: 'm' }, tags: ['x', 'y'] }),
  makeRun({ id: 'b', name: 'two', config: { lr: 0.01, seed: 2, model: 'm' } }),
  makeRun({ id: 'c', name: 'three', config: { lr: 0.1, seed: 2, model: 'n' } }),
  makeRun({ id: 'd', name: '', config: {} }),
];
const told = (fields: string[]) => groupRuns(runs, fields).map((group) => [group.label, group.runs.map((run) => run.id).join('')]);

it('puts equal values together, in their order, what has none last', () => {
  expect(told(['config.lr'])).toEqual([['0.01', 'b'], ['0.1', 'ac'], ['lr unset', 'd']]);
});

it('groups by several fields', () => {
  expect(told(['config.model', 'config.lr']).map(([label]) => label)).toEqual(['m · 0.01', 'm · 0.1', 'n · 0.1', 'model unset · lr unset']);
});

it('counts a run in each of its tags', () => {
  expect(told(['tag'])).toEqual([['x', 'a'], ['y', 'a'], ['tag unset', 'bcd']]);
});

it('tells numbers from texts that look alike', () => {
  const both = [makeRun({ id: 'a', config: { k: 1 } }), makeRun({ id: 'b', config: { k: '1' } })];
  expect(groupRuns(both, ['config.k']).length).toBe(2);
});

it('knows what makes an experiment of seeds', () => {
  expect(allButSeed(runs, ['config.lr', 'config.model', 'config.seed'])).toEqual(['config.lr', 'config.model']);
});

it('has mean and sample deviation, and leaves out what is not finite', () => {
  expect(spreadOf([2, 4, NaN, 9])).toEqual({ n: 3, mean: 5, std: Math.sqrt(13), min: 2, max: 9 });
  expect(spreadOf([3])).toMatchObject({ n: 1, mean: 3, std: NaN });
  expect(spreadOf([])).toMatchObject({ n: 0, mean: NaN });
});

it('names lines by a template, in both forms', () => {
  expect(legendText('', runs[0]!)).toBe('one');
  expect(legendText('${name} lr ${config.lr}', runs[0]!)).toBe('one lr 0.1');
  expect(legendText('${run:displayName} - ${config:model} ${config:none}', runs[0]!)).toBe('one - m –');
  expect(legendText('   ', runs[3]!)).toBe('d');
});
