// Looks for a text in a log, page by page from its first line; what is found shows while the rest is still read.
import { batch, createSignal, onCleanup, type Accessor } from 'solid-js';
import { getLogs } from '../api/client';
import { isAbort, messageOf } from '../api/http';
import type { LogStream } from '../api/types';
import { parseAnsi } from '../lib/ansi';

// The server's most in one answer.
const kLinesPerRead = 10_000;
const kMostFound = 10_000;

export interface LogSearch {
  text: Accessor<string>;
  // Line numbers, rising.
  found: Accessor<readonly number[]>;
  searched: Accessor<number>;
  isSearching: Accessor<boolean>;
  error: Accessor<string>;
  start: (text: string, run: string, stream: LogStream) => Promise<void>;
  stop: () => void;
}

export const plainText = (text: string): string => (text.includes('\x1b') ? parseAnsi(text).map((piece) => piece.text).join('') : text);

export function createLogSearch(): LogSearch {
  const [text, setText] = createSignal('');
  const [found, setFound] = createSignal<readonly number[]>([]);
  const [searched, setSearched] = createSignal(0);
  const [isSearching, setSearching] = createSignal(false);
  const [error, setError] = createSignal('');
  let abort = new AbortController();
  const stop = (): void => {
    abort.abort();
    setSearching(false);
  };
  onCleanup(stop);

  async function start(asked: string, run: string, stream: LogStream): Promise<void> {
    stop();
    abort = new AbortController();
    const { signal } = abort;
    const needle = asked.toLowerCase();
    batch(() => {
      setText(asked);
      setFound([]);
      setSearched(0);
      setError('');
      setSearching(asked !== '');
    });
    if (asked === '') return;
    try {
      for (let from = 0, total = 1; from < total && found().length < kMostFound; from += kLinesPerRead) {
        const page = await getLogs(run, stream, from, kLinesPerRead, signal);
        total = page.total;
        const hits = page.lines.filter((line) => plainText(line.text).toLowerCase().includes(needle)).map((line) => line.line);
        batch(() => {
          setFound((held) => (hits.length > 0 ? [...held, ...hits].slice(0, kMostFound) : held));
          setSearched(Math.min(total, from + kLinesPerRead));
        });
      }
    } catch (failure) {
      if (!signal.aborted && !isAbort(failure)) setError(messageOf(failure));
    }
    if (!signal.aborted) setSearching(false);
  }
  return { text, found, searched, isSearching, error, start, stop };
}
