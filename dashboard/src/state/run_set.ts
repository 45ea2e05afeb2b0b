// The one set of runs that a project's list, table and charts share: filter, order, and which are drawn.
import { createMemo, type Accessor } from 'solid-js';
import type { Run } from '../api/types';
import { formatSorts, kNewestFirst, parseSorts, sortRuns, type Sort } from '../lib/columns';
import { makeRunFilter } from '../lib/run_filter';
import { query, setQuery } from './location';

// More lines than this cannot be told apart nor asked for at once; the newest of the visible ones are drawn.
export const kMostDrawn = 200;
// Enough of an id for the address; two runs of a project that share it are hidden together.
const kShortId = 8;

export interface RunSet {
  filter: Accessor<string>;
  setFilter: (text: string) => void;
  sorts: Accessor<readonly Sort[]>;
  setSorts: (sorts: readonly Sort[]) => void;
  // Filtered and sorted.
  listed: Accessor<Run[]>;
  // Listed and not hidden, newest first, at most kMostDrawn.
  drawn: Accessor<Run[]>;
  // Listed and not hidden, newest first.
  visible: Accessor<Run[]>;
  visibleCount: Accessor<number>;
  isHidden: (id: string) => boolean;
  toggleHidden: (id: string) => void;
  showOnly: (id: string) => void;
  setAllHidden: (hidden: 'hide' | 'show') => void;
  // A run's place in the palette: its rank by age, so that a new run changes no colour.
  colorOf: (id: string) => number;
}

// `taken`: ids that the query of the server takes; null without one.
export function createRunSet(runs: Accessor<Run[]>, taken: Accessor<ReadonlySet<string> | null>): RunSet {
  const filter = createMemo(() => query('q') ?? '');
  const sorts = createMemo(() => parseSorts(query('sort')), undefined, { equals: (a, b) => formatSorts(a) === formatSorts(b) });
  const hidden = createMemo(() => new Set((query('hide') ?? '').split(',').filter((id) => id !== '')));
  const isHidden = (id: string): boolean => hidden().has(id.slice(0, kShortId));
  const filtered = createMemo(() => {
    const ids = taken();
    const matches = makeRunFilter(filter());
    return runs().filter((run) => (ids === null || ids.has(run.id)) && matches(run));
  });
  const listed = createMemo(() => sortRuns(filtered(), sorts()));
  const visible = createMemo(() => filtered().filter((run) => !isHidden(run.id)));
  const colors = createMemo(() => new Map([...runs()].reverse().map((run, index) => [run.id, index])));
  const write = (ids: Iterable<string>): void => setQuery({ hide: [...ids].join(',') });
  return {
    filter,
    setFilter: (text) => setQuery({ q: text }),
    sorts,
    setSorts: (next) => setQuery({ sort: formatSorts(next) === formatSorts(kNewestFirst) ? null : formatSorts(next) }),
    listed,
    drawn: createMemo(() => visible().slice(0, kMostDrawn)),
    visible,
    visibleCount: () => visible().length,
    isHidden,
    toggleHidden: (id) => {
      const next = new Set(hidden());
      const short = id.slice(0, kShortId);
      if (!next.delete(short)) next.add(short);
      write(next);
    },
    showOnly: (id) => write(filtered().filter((run) => run.id !== id).map((run) => run.id.slice(0, kShortId))),
    setAllHidden: (what) => write(what === 'hide' ? filtered().map((run) => run.id.slice(0, kShortId)) : []),
    colorOf: (id) => colors().get(id) ?? 0,
  };
}
