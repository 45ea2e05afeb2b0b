// Deletes runs, and brings them back when the reader thinks better of it: the server keeps them for its grace period.
import { deleteRun, restoreRun } from '../api/client';
import { messageOf } from '../api/http';
import type { Run } from '../api/types';
import { plural } from '../lib/format';
import { forEachOf } from './at_once';
import { toast } from './toasts';

export async function deleteWithUndo(runs: readonly Run[], reload: () => void): Promise<boolean> {
  const { done, failure } = await forEachOf(runs.map((run) => run.id), deleteRun);
  if (done.length > 0) reload();
  const text = runs.length === 1 && done.length === 1 ? `${runs[0]!.name} was deleted` : `${plural(done.length, 'run')} deleted`;
  if (failure !== null) toast({ text: `${text}; ${runs.length - done.length} not: ${messageOf(failure)}`, kind: 'error' });
  if (done.length === 0) return false;
  toast({ text, action: { label: 'Undo', run: () => void bringBack(done, reload) } });
  return failure === null;
}

async function bringBack(ids: readonly string[], reload: () => void): Promise<void> {
  const { done, failure } = await forEachOf(ids, restoreRun);
  reload();
  if (failure === null) toast({ text: `${plural(done.length, 'run')} brought back` });
  else toast({ text: `${ids.length - done.length} of ${plural(ids.length, 'run')} not brought back: ${messageOf(failure)}`, kind: 'error' });
}
