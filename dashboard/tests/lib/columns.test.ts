import { describe, expect, it } from 'vitest';
import { chooseColumns, compareCells, formatSorts, nextSorts, parseSorts, sortRuns } from '../../src/lib/columns';
import { makeRun } from './runs';

describe('chooseColumns', () => {
  const runs = [
    makeRun({ config: { lr: 1, model: 'a', nested: { seed: 1 } }, summary: { 'train/loss': 1, 'eval/accuracy': 0.5, 'eval/runtime': 3, 'train/epoch': 1 } }),
    makeRun({ config: { lr: 2, model: 'a', nested: { seed: 1 } }, summary: { 'train/loss': 2 } }),
  ];
  it('shows metrics, evaluation first, and only the parameters that differ', () => {
    const { chosen } = chooseColumns(runs);
    expect(chosen).toEqual(['name', 'state', 'created', 'duration', 'tags', 'summary.eval/accuracy', 'summary.train/loss', 'config.lr']);
  });
  it('offers all of them', () => {
    expect(chooseColumns(runs).all).toEqual(expect.arrayContaining(['summary.eval/runtime', 'config.model', 'config.nested.seed']));
  });
  it('shows the usual parameters of a single run', () => {
    const { chosen } = chooseColumns([makeRun({ config: { learning_rate: 1, model: 'a', odd: 1 } })]);
    expect(chosen.slice(5)).toEqual(['config.model', 'config.learning_rate']);
  });
  it('shows why runs ended if one did not simply finish', () => {
    expect(chooseColumns([makeRun({ endReason: 'signal 9' })]).chosen).toContain('end reason');
  });
});

describe('sorting', () => {
  it('puts absent values and NaN last in both directions', () => {
    for (const direction of ['asc', 'desc'] as const) {
      expect(compareCells(undefined, 1, direction)).toBeGreaterThan(0);
      expect(compareCells('NaN', 1, direction)).toBeGreaterThan(0);
      expect(compareCells(1, null, direction)).toBeLessThan(0);
    }
  });
  it('compares numbers as numbers and names as people do', () => {
    expect(compareCells(9, 10, 'asc')).toBeLessThan(0);
    expect(compareCells('run-9', 'run-10', 'asc')).toBeLessThan(0);
    expect(compareCells('Infinity', 5, 'desc')).toBeLessThan(0);
  });
  it('sorts runs by a summary key, newest first among equals', () => {
    const runs = [
      makeRun({ id: 'a', createdUs: 1, summary: { acc: 0.5 } }), makeRun({ id: 'b', createdUs: 2, summary: { acc: 0.9 } }),
      makeRun({ id: 'c', createdUs: 3, summary: { acc: 0.5 } }), makeRun({ id: 'd', createdUs: 4 }),
    ];
    expect(sortRuns(runs, [{ column: 'summary.acc', direction: 'desc' }]).map((run) => run.id)).toEqual(['b', 'c', 'a', 'd']);
  });
  it('goes into the address and back', () => {
    expect(parseSorts('-summary.eval/loss,name')).toEqual([{ column: 'summary.eval/loss', direction: 'desc' }, { column: 'name', direction: 'asc' }]);
    expect(parseSorts(formatSorts([{ column: 'config.a,b%', direction: 'asc' }]))).toEqual([{ column: 'config.a,b%', direction: 'asc' }]);
    expect(formatSorts(parseSorts('name'))).toBe('name');
    expect(formatSorts(parseSorts(null))).toBe('-created');
  });
});

it('a heading turns its sort, and joins and leaves the others', () => {
  const one = parseSorts('-loss');
  expect(formatSorts(nextSorts(one, 'loss', 'desc', 'alone'))).toBe('loss');
  expect(formatSorts(nextSorts(one, 'name', 'asc', 'alone'))).toBe('name');
  const two = nextSorts(one, 'name', 'asc', 'add');
  expect(formatSorts(two)).toBe('-loss,name');
  expect(formatSorts(nextSorts(two, 'name', 'asc', 'add'))).toBe('-loss,-name');
  expect(formatSorts(nextSorts(parseSorts('-loss,-name'), 'name', 'asc', 'add'))).toBe('-loss');
});
