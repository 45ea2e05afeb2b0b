// Deletes runs, and brings them back when the reader thinks better of it: the server keeps them for its grace period.
import { deleteRun, restoreRun } from '../api/client';
import { messageOf } from '../api/http';
import type { Run } from '../api/types';
import { plural } from '../lib/format';
import { toast } from './toasts';

// Requests under way at once: a browser opens no more connections to a server.
const kAtOnce = 5;

async function forEach(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<{ done: string[]; failure: unknown }> {
  const done: string[] = [];
  let failure: unknown = null;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < ids.length && failure === null) {
      const id = ids[next++]!;
      try {
        await act(id);
        done.push(id);
      } catch (error) {
        failure = error;
      }
    }
  };
  await Promise.all(Array.from({ length: kAtOnce }, work));
  return { done, failure };
}

export async function deleteWithUndo(runs: readonly Run[], reload: () => void): Promise<void> {
  const { done, failure } = await forEach(runs.map((run) => run.id), deleteRun);
  if (done.length > 0) reload();
  const text = runs.length === 1 && done.length === 1 ? `${runs[0]!.name} was deleted` : `${plural(done.length, 'run')} deleted`;
  if (failure !== null) toast({ text: `${text}; ${runs.length - done.length} not: ${messageOf(failure)}`, kind: 'error' });
  if (done.length === 0) return;
  toast({ text, action: { label: 'Undo', run: () => void bringBack(done, reload) } });
}

async function bringBack(ids: readonly string[], reload: () => void): Promise<void> {
  const { done, failure } = await forEach(ids, restoreRun);
  reload();
  if (failure === null) toast({ text: `${plural(done.length, 'run')} brought back` });
  else toast({ text: `${ids.length - done.length} of ${plural(ids.length, 'run')} not brought back: ${messageOf(failure)}`, kind: 'error' });
}
