// The runs of a project, read once and kept true by deltas.
import { batch, createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js';
import { listRuns } from '../api/client';
import { ApiError, isAbort } from '../api/http';
import type { Run } from '../api/types';
import { failureOf, type Failure } from '../lib/failure';
import { kSettleListMs, live } from './live';
import { listWithEdits, onRunTold } from './run_overlay';

export interface ProjectRuns {
  // Newest first.
  runs: Accessor<Run[]>;
  state: Accessor<'loading' | 'ready' | 'error'>;
  // Set in the state 'error'.
  error: Accessor<Failure | null>;
  retry: () => void;
  // Reads the list again; what is on the screen stays until then.
  reload: () => void;
  // Rises when it turned out that something had changed before the live connection was there.
  caughtUp: Accessor<number>;
}

// The first read does not wait for the socket. What changes before it is there is seen by reading again, once the page is
// at rest.
const kCatchUpMs = 2000;

const newestFirst = (a: Run, b: Run): number => b.createdUs - a.createdUs || a.id.localeCompare(b.id);

export function createProjectRuns(project: Accessor<string>): ProjectRuns {
  const [runs, setRuns] = createSignal<Run[]>([]);
  const [state, setState] = createSignal<'loading' | 'ready' | 'error'>('loading');
  const [error, setError] = createSignal<Failure | null>(null);
  let byId = new Map<string, Run>();
  let abort = new AbortController();
  let frame = 0;
  const [caughtUp, setCaughtUp] = createSignal(0);
  let catchUp = 0;

  const publish = (): void => {
    cancelAnimationFrame(frame);
    frame = 0;
    setRuns([...byId.values()].sort(newestFirst));
  };
  // True if it says something new: who reads again mostly reads the same.
  const keep = (run: Run): boolean => {
    const held = byId.get(run.id);
    if (held && (run.version < held.version || (run.version === held.version && run.state === held.state))) return false;
    byId.set(run.id, run);
    return true;
  };

  async function load(how: 'first' | 'again' | 'catch up'): Promise<void> {
    clearTimeout(catchUp);
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    try {
      if (how === 'again') await live.settled(kSettleListMs);
      const name = project();
      let news = 0;
      const before = new Set(byId.keys());
      await listRuns(name, (page) => {
        if (signal.aborted) return;
        const isNew = page.map(keep).includes(true);
        if (isNew) news += 1;
        page.forEach((run) => before.delete(run.id));
        if (!isNew && state() === 'ready') return;
        batch(() => {
          publish();
          setState('ready');
        });
      }, signal);
      if (signal.aborted) return;
      if (how === 'first') void live.whenOpen().then(() => { if (!signal.aborted) catchUp = window.setTimeout(() => void load('catch up'), kCatchUpMs); });
      if (how === 'catch up' && news > 0) setCaughtUp((n) => n + 1);
      if (before.size === 0) return;
      // Deleted meanwhile.
      before.forEach((id) => byId.delete(id));
      publish();
    } catch (failure) {
      if (isAbort(failure) || signal.aborted) return;
      // What is on the screen stays there; the connection badge says how old it is.
      const isGone = failure instanceof ApiError && (failure.code === 'not_found' || failure.code === 'permission_denied');
      if (byId.size > 0 && !isGone) return;
      batch(() => {
        setError(failureOf(failure, 'project'));
        setState('error');
      });
    }
  }

  createEffect(on(project, (name) => {
    byId = new Map();
    batch(() => {
      setRuns([]);
      setState('loading');
    });
    const leave = live.subscribe({ project: name }, (event) => {
      if (event.type === 'resync') void load('again');
      if (event.type !== 'run') return;
      if (keep(event.run) && frame === 0) frame = requestAnimationFrame(publish);
    });
    const leaveEdits = onRunTold((run) => {
      if (run.project === name && keep(run)) publish();
    });
    void load('first');
    onCleanup(() => {
      clearTimeout(catchUp);
      leave();
      leaveEdits();
      abort.abort();
      cancelAnimationFrame(frame);
      frame = 0;
    });
  }));

  const retry = (): void => {
    setState('loading');
    void load('again');
  };
  return { runs: createMemo(() => listWithEdits(runs())), state, error, retry, reload: () => void load('again'), caughtUp };
}
