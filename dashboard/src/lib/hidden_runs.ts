// Runs that are not drawn, as the parameter `hide` names them, by the first characters of their ids: `a,b` these; `*` all,
// whatever runs come later; `*-a-b` all but these. Pure.

export interface HiddenRuns {
  // Whether it names those that are hidden, or those that are not.
  names: 'hidden' | 'shown';
  ids: ReadonlySet<string>;
}

const kShortId = 8;
// As many as an address may well have; beyond that the form that names fewer is taken.
export const kMostNamed = 100;

// Enough of an id for the address; two runs of a project that share it are hidden together.
export const shortId = (id: string): string => id.slice(0, kShortId);

export function parseHidden(text: string | null): HiddenRuns {
  const isOfShown = text?.startsWith('*') === true;
  const ids = (text ?? '').slice(isOfShown ? 1 : 0).split(isOfShown ? '-' : ',').filter((id) => id !== '');
  return { names: isOfShown ? 'shown' : 'hidden', ids: new Set(ids) };
}

export const formatHidden = ({ names, ids }: HiddenRuns): string =>
  (names === 'hidden' ? [...ids].join(',') : ['*', ...ids].join('-'));

export const isHiddenBy = (hidden: HiddenRuns, id: string): boolean => hidden.ids.has(shortId(id)) === (hidden.names === 'hidden');

// The same form with some runs hidden, or shown again.
export function withRuns(hidden: HiddenRuns, some: readonly string[], how: 'hide' | 'show'): HiddenRuns {
  const ids = new Set(hidden.ids);
  for (const id of some) {
    if ((how === 'hide') === (hidden.names === 'hidden')) ids.add(shortId(id));
    else ids.delete(shortId(id));
  }
  return { names: hidden.names, ids };
}

const of = (names: HiddenRuns['names'], ids: readonly string[]): HiddenRuns => ({ names, ids: new Set(ids.map(shortId)) });

// These of all: named themselves while that is short. Where it is shorter the others are named, and what comes later is
// hidden too.
export function hideThese(these: readonly string[], all: readonly string[]): HiddenRuns {
  if (these.length <= kMostNamed) return of('hidden', these);
  const gone = new Set(these);
  const rest = all.filter((id) => !gone.has(id));
  return rest.length < these.length ? of('shown', rest) : of('hidden', these);
}

// All but these, also of those that come later. `taken`: what the filter beside it takes; where fewer of those are left out
// than shown, they are named, and what comes later is shown.
export function hideAllBut(these: readonly string[], taken: readonly string[]): HiddenRuns {
  if (these.length <= kMostNamed) return of('shown', these);
  const kept = new Set(these);
  const rest = taken.filter((id) => !kept.has(id));
  return rest.length < these.length ? of('hidden', rest) : of('shown', these);
}
