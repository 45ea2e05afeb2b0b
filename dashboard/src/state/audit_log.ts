// Entries of the audit log, read page by page from the newest for as long as `isEnough` says that the reader has not enough.
import { batch, createEffect, createSignal, onCleanup, untrack, type Accessor } from 'solid-js';
import type { AuditEntry, AuditPage } from '../api/audit';
import { isAbort } from '../api/http';

// Enough for any window; what comes after is read in the largest pages that the server gives.
const kFirstPage = 200;
const kNextPage = 1000;
// A page of the browser has room for so many; who needs more narrows the days.
export const kMostKept = 200_000;

export type AuditRead =
  // A page is on its way, or would be if more were wanted.
  | 'reading' | 'waiting'
  // The oldest entry is here; or as many as are kept.
  | 'complete' | 'full'
  | 'stopped' | 'failed';

export interface AuditLog {
  // Newest first.
  entries: Accessor<readonly AuditEntry[]>;
  state: Accessor<AuditRead>;
  // Of 'failed'.
  failure: Accessor<unknown>;
  // Reads no more until resume().
  stop: () => void;
  // After a stop or a failure.
  resume: () => void;
  // From the newest entry, which may be a newer one by now, or of another filter.
  restart: () => void;
}

export type ReadPage = (before: number | null, limit: number, signal: AbortSignal) => Promise<AuditPage>;

export function createAuditLog(isEnough: (read: readonly AuditEntry[]) => boolean, read: ReadPage): AuditLog {
  const [entries, setEntries] = createSignal<readonly AuditEntry[]>([]);
  const [state, setState] = createSignal<AuditRead>('waiting');
  const [failure, setFailure] = createSignal<unknown>(null);
  let before: number | null = null;
  let abort = new AbortController();

  async function readOne(): Promise<void> {
    const { signal } = abort;
    setState('reading');
    try {
      const page = await read(before, before === null ? kFirstPage : kNextPage, signal);
      if (signal.aborted) return;
      before = page.nextBefore;
      setEntries((held) => [...held, ...page.entries]);
      if (page.nextBefore === null) setState('complete');
      else setState(entries().length >= kMostKept ? 'full' : 'waiting');
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      setFailure(error);
      setState('failed');
    }
  }
  const again = (next: AuditRead): void => {
    abort.abort();
    abort = new AbortController();
    setFailure(null);
    setState(next);
  };
  createEffect(() => {
    if (state() === 'waiting' && !isEnough(entries())) untrack(() => void readOne());
  });
  onCleanup(() => abort.abort());
  return {
    entries, state, failure,
    stop: () => {
      if (state() === 'reading' || state() === 'waiting') again('stopped');
    },
    resume: () => {
      if (state() === 'stopped' || state() === 'failed') again('waiting');
    },
    restart: () => {
      before = null;
      batch(() => {
        setEntries([]);
        again('waiting');
      });
    },
  };
}
