// Changes runs: seen at once, sent to the server, and taken back when the reader thinks better of it or the server
// refuses.
import { batch } from 'solid-js';
import { changeRun } from '../api/client';
import { messageOf } from '../api/http';
import type { Run } from '../api/types';
import { plural } from '../lib/format';
import { nameOf } from '../lib/legend';
import { changesNothing, undoOf, type RunChange } from '../lib/run_edit';
import { forEachOf } from './at_once';
import { lay, tellRun } from './run_overlay';
import { toast } from './toasts';

interface Edit {
  run: Run;
  change: RunChange;
}

// What became of a run and the overlay over it change together: nothing flickers back.
async function send(edits: readonly Edit[]): Promise<{ done: Edit[]; failure: unknown }> {
  const laid = new Map(edits.map((edit) => [edit, lay([{ run: edit.run.id, change: edit.change }])]));
  const outcome = await forEachOf(edits, async (edit) => {
    const told = await changeRun(edit.run.id, edit.change);
    batch(() => {
      tellRun(told);
      laid.get(edit)?.();
      laid.delete(edit);
    });
  });
  batch(() => laid.forEach((takeOff) => takeOff()));
  return outcome;
}

const namesOf = (edits: readonly Edit[]): string => (edits.length === 1 ? nameOf(edits[0]!.run) : plural(edits.length, 'run'));

// `what`: what was changed, for the note ("Tags", "Name").
export async function editRuns(runs: readonly Run[], what: string, change: RunChange): Promise<void> {
  const edits = runs.filter((run) => !changesNothing(run, change)).map((run) => ({ run, change }));
  if (edits.length === 0) return;
  const { done, failure } = await send(edits);
  if (failure !== null) toast({ text: `${what} of ${namesOf(edits.filter((edit) => !done.includes(edit)))} not changed: ${messageOf(failure)}`, kind: 'error' });
  if (done.length === 0) return;
  toast({ text: `${what} of ${namesOf(done)} changed`, action: { label: 'Undo', run: () => void takeBack(done, what) } });
}

async function takeBack(edits: readonly Edit[], what: string): Promise<void> {
  const { done, failure } = await send(edits.map(({ run, change }) => ({ run, change: undoOf(run, change) })));
  if (failure === null) toast({ text: `${what} of ${namesOf(edits)} as before` });
  else toast({ text: `${what} of ${edits.length - done.length} of ${plural(edits.length, 'run')} not taken back: ${messageOf(failure)}`, kind: 'error' });
}
