// The address is the state of the view: pages read it as signals and write it with navigate() and setQuery().
import { createMemo, createRoot, createSignal } from 'solid-js';
import { changeQuery, parsePath, type Place } from '../lib/route';

const [address, setAddress] = createSignal({ path: location.pathname, search: location.search });
addEventListener('popstate', () => setAddress({ path: location.pathname, search: location.search }));

const { placeMemo, queryMemo } = createRoot(() => ({
  placeMemo: createMemo(() => parsePath(address().path), undefined, {
    equals: (a: Place, b: Place) => JSON.stringify(a) === JSON.stringify(b),
  }),
  queryMemo: createMemo(() => new URLSearchParams(address().search)),
}));

export const place = placeMemo;
export const query = (key: string): string | null => queryMemo().get(key);

export const queryNames = (): string[] => [...queryMemo().keys()];

// 'replace' where Back must not lead to what was there.
export function navigate(target: string, write: QueryWrite = 'push'): void {
  if (write === 'push') history.pushState(null, '', target);
  else history.replaceState(null, '', target);
  setAddress({ path: location.pathname, search: location.search });
  scrollTo(0, 0);
}

export type QueryWrite = 'push' | 'replace';

// 'push' for a step that Back should undo, 'replace' while typing or dragging.
export function setQuery(changes: Readonly<Record<string, string | null>>, write: QueryWrite = 'replace'): void {
  const target = location.pathname + changeQuery(location.search, changes);
  if (target === location.pathname + location.search) return;
  if (write === 'push') history.pushState(null, '', target);
  else history.replaceState(null, '', target);
  setAddress({ path: location.pathname, search: location.search });
}

// Where the parameters of a view are: in the address, or (state/view_parameters.ts) in a block of a report.
export interface ViewParameters {
  get: (name: string) => string | null;
  names: () => string[];
  // null and '' remove.
  set: (changes: Readonly<Record<string, string | null>>, write?: QueryWrite) => void;
}
export const addressParameters: ViewParameters = { get: query, names: queryNames, set: setQuery };

// Plain clicks on links of this site stay in the page; all others are the browser's.
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element | null)?.closest('a');
  if (link?.target !== '' || link.origin !== location.origin || link.hasAttribute('download')) return;
  if (link.getAttribute('href')?.startsWith('#') === true) return;
  event.preventDefault();
  navigate(link.pathname + link.search);
}
