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
  // Listed and not hidden, pinned and then newest first, at most kMostDrawn.
  drawn: Accessor<Run[]>;
  // Listed and not hidden, pinned and then newest first.
  visible: Accessor<Run[]>;
  visibleCount: Accessor<number>;
  // Pinned runs stand first in lists, are drawn however many there are, and lie over the other lines.
  isPinned: (id: string) => boolean;
  togglePinned: (id: string) => void;
  isHidden: (id: string) => boolean;
  toggleHidden: (id: string) => void;
  showOnly: (id: string) => void;
  setAllHidden: (hidden: 'hide' | 'show') => void;
  // A run's place in the palette: its rank by age, so that a new run changes no colour.
  colorOf: (id: string) => number;
}

interface ShortIds {
  any: () => boolean;
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  write: (ids: readonly string[]) => void;
}

// Runs named in the address by the first characters of their ids.
function shortIds(parameter: string): ShortIds {
  const short = (id: string): string => id.slice(0, kShortId);
  const ids = createMemo(() => new Set((query(parameter) ?? '').split(',').filter((id) => id !== '')));
  return {
    any: () => ids().size > 0,
    has: (id) => ids().has(short(id)),
    toggle: (id) => {
      const next = new Set(ids());
      if (!next.delete(short(id))) next.add(short(id));
      setQuery({ [parameter]: [...next].join(',') });
    },
    write: (all) => setQuery({ [parameter]: all.map(short).join(',') }),
  };
}

// `taken`: ids that the query of the server takes; null without one.
export function createRunSet(runs: Accessor<Run[]>, taken: Accessor<ReadonlySet<string> | null>): RunSet {
  const filter = createMemo(() => query('q') ?? '');
  const sorts = createMemo(() => parseSorts(query('sort')), undefined, { equals: (a, b) => formatSorts(a) === formatSorts(b) });
  const hidden = shortIds('hide');
  const pinned = shortIds('pin');
  const isHidden = hidden.has;
  const pinnedFirst = (list: readonly Run[]): Run[] =>
    pinned.any() ? [...list.filter((run) => pinned.has(run.id)), ...list.filter((run) => !pinned.has(run.id))] : [...list];
  const filtered = createMemo(() => {
    const ids = taken();
    const matches = makeRunFilter(filter());
    return runs().filter((run) => (ids === null || ids.has(run.id)) && matches(run));
  });
  const listed = createMemo(() => pinnedFirst(sortRuns(filtered(), sorts())));
  const visible = createMemo(() => pinnedFirst(filtered().filter((run) => !isHidden(run.id))));
  const colors = createMemo(() => new Map([...runs()].reverse().map((run, index) => [run.id, index])));
  return {
    filter,
    setFilter: (text) => setQuery({ q: text }),
    sorts,
    setSorts: (next) => setQuery({ sort: formatSorts(next) === formatSorts(kNewestFirst) ? null : formatSorts(next) }),
    listed,
    drawn: createMemo(() => visible().slice(0, kMostDrawn)),
    visible,
    visibleCount: () => visible().length,
    isPinned: pinned.has,
    togglePinned: pinned.toggle,
    isHidden,
    toggleHidden: hidden.toggle,
    showOnly: (id) => hidden.write(filtered().filter((run) => run.id !== id).map((run) => run.id)),
    setAllHidden: (what) => hidden.write(what === 'hide' ? filtered().map((run) => run.id) : []),
    colorOf: (id) => colors().get(id) ?? 0,
  };
}
