// The one set of runs that a project's list, table and charts share: filter, order, and which are drawn.
import { createMemo, type Accessor } from 'solid-js';
import type { Run } from '../api/types';
import { formatSorts, kNewestFirst, parseSorts, sortRuns, type Sort } from '../lib/columns';
import { formatHidden, hideThese, isHiddenBy, parseHidden, shortId as short, withRuns, type HiddenRuns } from '../lib/hidden_runs';
import type { RunColor } from '../lib/palette';
import { coloredBy, formatColors, parseColors, type ColorScale } from '../lib/run_colors';
import { makeRunFilter } from '../lib/run_filter';
import { addressParameters, type ViewParameters } from './location';

// More lines than this cannot be told apart nor asked for at once; the newest of the visible ones are drawn.
export const kMostDrawn = 200;

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
  setHidden: (ids: readonly string[], hidden: 'hide' | 'show') => void;
  setPinned: (ids: readonly string[], pinned: 'pin' | 'let go') => void;
  // What was chosen for the run; else what the field that colours says; else its rank by age in the palette, so that a
  // new run changes no colour.
  colorOf: (id: string) => RunColor;
  // null: as it is without a choice.
  chooseColor: (id: string, place: number | null) => void;
  isColorChosen: (id: string) => boolean;
  // The column that colours the runs.
  colorBy: Accessor<string | null>;
  setColorBy: (field: string | null) => void;
  colorScale: Accessor<ColorScale | null>;
}

interface ShortIds {
  any: () => boolean;
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  put: (ids: readonly string[], how: 'in' | 'out') => void;
}

// Runs named in the address by the first characters of their ids.
function shortIds({ get: query, set: setQuery }: ViewParameters, parameter: string): ShortIds {
  const ids = createMemo(() => new Set((query(parameter) ?? '').split(',').filter((id) => id !== '')));
  return {
    any: () => ids().size > 0,
    has: (id) => ids().has(short(id)),
    toggle: (id) => {
      const next = new Set(ids());
      if (!next.delete(short(id))) next.add(short(id));
      setQuery({ [parameter]: [...next].join(',') });
    },
    put: (some, how) => {
      const next = new Set(ids());
      for (const id of some) {
        if (how === 'in') next.add(short(id));
        else next.delete(short(id));
      }
      setQuery({ [parameter]: [...next].join(',') });
    },
  };
}

// `taken`: ids that the query of the server takes; null without one.
export function createRunSet(runs: Accessor<Run[]>, taken: Accessor<ReadonlySet<string> | null>, parameters = addressParameters): RunSet {
  const { get: query, set: setQuery } = parameters;
  const filter = createMemo(() => query('q') ?? '');
  const sorts = createMemo(() => parseSorts(query('sort')), undefined, { equals: (a, b) => formatSorts(a) === formatSorts(b) });
  const hidden = createMemo(() => parseHidden(query('hide')));
  const hide = (next: HiddenRuns): void => setQuery({ hide: formatHidden(next) });
  // These of all runs are hidden, and no others.
  const hideOnly = (these: readonly Run[]): void => hide(hideThese(these.map((run) => run.id), runs().map((run) => run.id)));
  const pinned = shortIds(parameters, 'pin');
  const isHidden = (id: string): boolean => isHiddenBy(hidden(), id);
  const pinnedFirst = (list: readonly Run[]): Run[] =>
    pinned.any() ? [...list.filter((run) => pinned.has(run.id)), ...list.filter((run) => !pinned.has(run.id))] : [...list];
  const filtered = createMemo(() => {
    const ids = taken();
    const matches = makeRunFilter(filter());
    return runs().filter((run) => (ids === null || ids.has(run.id)) && matches(run));
  });
  const listed = createMemo(() => pinnedFirst(sortRuns(filtered(), sorts())));
  const visible = createMemo(() => pinnedFirst(filtered().filter((run) => !isHidden(run.id))));
  const colorBy = createMemo(() => query('by'));
  const chosen = createMemo(() => parseColors(query('color')));
  const coloring = createMemo(() => {
    const field = colorBy();
    return field === null ? null : coloredBy(runs(), field);
  });
  const colors = createMemo(() => new Map([...runs()].reverse().map((run, rank) =>
    [run.id, chosen().get(short(run.id)) ?? coloring()?.colorOf(run) ?? rank])));
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
    toggleHidden: (id) => hide(withRuns(hidden(), [id], isHidden(id) ? 'show' : 'hide')),
    showOnly: (id) => hideOnly(filtered().filter((run) => run.id !== id)),
    setAllHidden: (what) => hideOnly(what === 'hide' ? filtered() : []),
    setHidden: (ids, how) => hide(withRuns(hidden(), ids, how)),
    setPinned: (ids, how) => pinned.put(ids, how === 'pin' ? 'in' : 'out'),
    colorOf: (id) => colors().get(id) ?? 0,
    chooseColor: (id, place) => {
      const next = new Map(chosen());
      if (place === null) next.delete(short(id));
      else next.set(short(id), place);
      setQuery({ color: formatColors(next) });
    },
    isColorChosen: (id) => chosen().has(short(id)),
    colorBy,
    setColorBy: (field) => setQuery({ by: field }, 'push'),
    colorScale: () => coloring()?.scale ?? null,
  };
}
