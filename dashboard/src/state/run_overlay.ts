// Changes of runs that are on their way to the server, laid over what the server said, so that they are seen at once;
// and what the server made of them, for whoever holds the run.
import { createSignal } from 'solid-js';
import type { Run } from '../api/types';
import { changedRun, type RunChange } from '../lib/run_edit';

interface Underway {
  run: string;
  change: RunChange;
}

const [underway, setUnderway] = createSignal<readonly Underway[]>([]);
const holders = new Set<(run: Run) => void>();

export function withEdits(run: Run): Run {
  return underway().filter((one) => one.run === run.id).reduce((held, one) => changedRun(held, one.change), run);
}

// The same list where nothing is under way.
export const listWithEdits = (runs: Run[]): Run[] => (underway().length === 0 ? runs : runs.map(withEdits));

// What is returned takes them off again.
export function lay(changes: readonly Underway[]): () => void {
  const laid = new Set(changes);
  setUnderway((held) => [...held, ...laid]);
  return () => setUnderway((held) => held.filter((one) => !laid.has(one)));
}

export function onRunTold(handler: (run: Run) => void): () => void {
  holders.add(handler);
  return () => holders.delete(handler);
}

export const tellRun = (run: Run): void => holders.forEach((hold) => hold(run));
