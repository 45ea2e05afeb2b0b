import { describe, expect, it } from 'vitest';
import { changedRun, changesNothing, countTags, problemOf, splitTags, undoOf } from '../../src/lib/run_edit';
import { makeRun } from './runs';

describe('a change of a run', () => {
  const run = makeRun({ name: 'a', notes: 'n', tags: ['old', 'kept'] });
  it('changes what it names, and adds and removes tags', () => {
    const next = changedRun(run, { name: 'b', addTags: ['new', 'kept'], removeTags: ['old'] });
    expect(next).toMatchObject({ name: 'b', notes: 'n', tags: ['kept', 'new'], version: run.version });
    expect(run.tags).toEqual(['old', 'kept']);
  });
  it('lets removing win over adding, as the server does', () => {
    expect(changedRun(run, { addTags: ['x'], removeTags: ['x'] }).tags).toEqual(['old', 'kept']);
  });
  it('is nothing where all is as it was', () => {
    expect(changesNothing(run, { name: 'a', addTags: ['kept'], removeTags: ['absent'] })).toBe(true);
    expect(changesNothing(run, { notes: '' })).toBe(false);
  });
  it('is taken back by what it did and no more', () => {
    const change = { name: 'b', notes: 'n', addTags: ['new', 'kept'], removeTags: ['old', 'absent'] };
    expect(undoOf(run, change)).toEqual({ name: 'a', addTags: ['old'], removeTags: ['new'] });
    const meanwhile = { ...changedRun(run, change), tags: [...changedRun(run, change).tags, 'of another'] };
    expect(changedRun(meanwhile, undoOf(run, change)).tags.toSorted()).toEqual(['kept', 'of another', 'old']);
  });
  it('says why the server would refuse it', () => {
    expect(problemOf({ name: ' ' })).toMatch(/needs a name/);
    expect(problemOf({ name: 'ä'.repeat(257) })).toMatch(/514 bytes/);
    expect(problemOf({ addTags: ['x'.repeat(513)] })).toMatch(/longer than 512/);
    expect(problemOf({ addTags: Array.from({ length: 1001 }, String) })).toMatch(/at most 1000/);
    expect(problemOf({ name: 'a', notes: '', addTags: ['x'] })).toBeNull();
  });
});

describe('tags', () => {
  it('are words between commas, each once', () => expect(splitTags(' a, b,,a,\n c d ')).toEqual(['a', 'b', 'c d']));
  it('are counted, the most frequent first', () => {
    const runs = [makeRun({ tags: ['b', 'a10', 'a9'] }), makeRun({ tags: ['b'] })];
    expect(countTags(runs)).toEqual([{ tag: 'b', runs: 2 }, { tag: 'a9', runs: 1 }, { tag: 'a10', runs: 1 }]);
  });
});
