// The run query of a project page: text in the address, runs that it takes from the server, asked again as runs change.
import { batch, createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js';
import { findRuns } from '../api/client';
import { ApiError, isAbort, messageOf } from '../api/http';
import type { Run } from '../api/types';
import { addressParameters } from './location';

const kTypingMs = 250;
// The server's own view of running runs is some seconds old.
const kChangesMs = 5000;

export interface QueryProblem {
  text: string;  // that was asked
  message: string;
  position: number | null;
}

export interface RunQuery {
  text: Accessor<string>;
  setText: (text: string) => void;
  // null: no query. While an answer is awaited, and after an error, what was taken before.
  taken: Accessor<ReadonlySet<string> | null>;
  unknown: Accessor<string[]>;
  problem: Accessor<QueryProblem | null>;
  waiting: Accessor<boolean>;
}

export function createRunQuery(project: Accessor<string>, runs: Accessor<Run[]>, parameters = addressParameters): RunQuery {
  const text = createMemo(() => parameters.get('where') ?? '');
  const [taken, setTaken] = createSignal<ReadonlySet<string> | null>(null);
  const [unknown, setUnknown] = createSignal<string[]>([]);
  const [problem, setProblem] = createSignal<QueryProblem | null>(null);
  const [waiting, setWaiting] = createSignal(false);
  let abort = new AbortController();
  let timer = 0;

  const settle = (ids: ReadonlySet<string> | null, fields: string[], trouble: QueryProblem | null): void => batch(() => {
    setTaken(ids);
    setUnknown(fields);
    setProblem(trouble);
    setWaiting(false);
  });

  async function ask(): Promise<void> {
    abort.abort();
    abort = new AbortController();
    const { signal } = abort;
    const asked = text();
    try {
      const answer = await findRuns(project(), asked, signal);
      settle(answer.ids, answer.unknown, null);
    } catch (failure) {
      if (isAbort(failure) || signal.aborted) return;
      const position = failure instanceof ApiError ? failure.position : null;
      settle(taken(), [], { text: asked, message: messageOf(failure), position });
    }
  }
  const askIn = (delay: number): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      timer = 0;
      void ask();
    }, delay);
  };

  createEffect(on([project, text], ([, asked], before) => {
    if (asked.trim() === '') {
      clearTimeout(timer);
      timer = 0;
      abort.abort();
      settle(null, [], null);
      return;
    }
    setWaiting(true);
    askIn(before === undefined ? 0 : kTypingMs);
  }));
  createEffect(on(runs, () => {
    if (text().trim() !== '' && problem() === null && timer === 0) askIn(kChangesMs);
  }, { defer: true }));
  onCleanup(() => {
    clearTimeout(timer);
    abort.abort();
  });
  return { text, setText: (next) => parameters.set({ where: next }), taken, unknown, problem, waiting };
}
