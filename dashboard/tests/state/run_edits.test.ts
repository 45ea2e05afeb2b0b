import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Run } from '../../src/api/types';
import { changedRun, type RunChange } from '../../src/lib/run_edit';
import { makeRun } from '../lib/runs';

const server = new Map<string, Run>();
let refuses: (id: string) => boolean = () => false;
vi.mock('../../src/api/client', () => ({
  changeRun: async (id: string, change: RunChange): Promise<Run> => {
    await Promise.resolve();
    if (refuses(id)) throw new Error('refused');
    const next = { ...changedRun(server.get(id)!, change), version: server.get(id)!.version + 1 };
    server.set(id, next);
    return next;
  },
}));
const { editRuns } = await import('../../src/state/run_edits');
const { onRunTold, withEdits } = await import('../../src/state/run_overlay');
const { shownToasts } = await import('../../src/state/toasts');

describe('editRuns', () => {
  const runs = ['a', 'b', 'c'].map((id) => makeRun({ id, name: id, tags: ['old'] }));
  const told = new Map<string, Run>();
  onRunTold((run) => told.set(run.id, run));
  const lastToast = () => shownToasts().at(-1)!;
  beforeEach(() => {
    refuses = () => false;
    runs.forEach((run) => server.set(run.id, run));
    told.clear();
  });

  it('is seen before the server has answered, and what it says after', async () => {
    const done = editRuns([runs[0]!], 'Name', { name: 'new' });
    expect(withEdits(runs[0]!).name).toBe('new');
    await done;
    expect(withEdits(runs[0]!).name).toBe('a');
    expect(told.get('a')).toMatchObject({ name: 'new', version: 2 });
    expect(lastToast().text).toBe('Name of a changed');
  });
  it('does nothing where nothing changes', async () => {
    const before = shownToasts().length;
    await editRuns(runs, 'Tags', { addTags: ['old'] });
    expect(told.size).toBe(0);
    expect(shownToasts().length).toBe(before);
  });
  it('says which were refused, takes them off, and offers to undo the others', async () => {
    refuses = (id) => id === 'c';
    await editRuns(runs, 'Tags', { addTags: ['new'] });
    expect(withEdits(runs[2]!).tags).toEqual(['old']);
    expect(shownToasts().at(-2)).toMatchObject({ kind: 'error', text: 'Tags of c not changed: refused' });
    expect(lastToast().text).toBe('Tags of 2 runs changed');
    lastToast().action!.run();
    await vi.waitFor(() => expect(lastToast().text).toBe('Tags of 2 runs as before'));
    expect(server.get('a')!.tags).toEqual(['old']);
  });
});
