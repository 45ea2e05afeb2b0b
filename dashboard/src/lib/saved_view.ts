// A saved view: what the server keeps of a page (docs/dashboard.md, Saved views), and how a page differs from it. What is
// read of the server was written by others.
import type { JsonObject } from '../api/types';
import { changeQuery, comparePath, projectPath, runsPath } from './route';

export const kViewPages = ['charts', 'runs', 'compare'] as const;
export type ViewPage = (typeof kViewPages)[number];

export interface SavedView {
  page: ViewPage;
  // Parameters of the address, without the question mark, in the order of their names.
  query: string;
}

const kVersion = 1;
// Names the view that is opened. Never saved itself, as little as the panel that fills the window.
export const kSavedParameter = 'saved';
const kPassing: Readonly<Record<string, null>> = { [kSavedParameter]: null, panel: null };

export const savedView = (page: ViewPage, search: string): SavedView => ({ page, query: changeQuery(search, kPassing).slice(1) });
export const viewSpec = (view: SavedView): JsonObject => ({ version: kVersion, page: view.page, query: view.query });

// null: not of this form, or of a later one.
export function readView(spec: JsonObject): SavedView | null {
  const page = kViewPages.find((one) => one === spec.page);
  if (spec.version !== kVersion || page === undefined) return null;
  return typeof spec.query === 'string' ? savedView(page, spec.query) : null;
}

// What `saved` says: `ID` opens the view as it is stored, `ID.REVISION` was opened at that revision and the rest of the
// address is what it became.
export interface SavedName {
  id: string;
  revision: number | null;
}
export function readSavedName(text: string | null): SavedName | null {
  const match = /^([\w-]{1,64})(?:\.(\d{1,9}))?$/.exec(text ?? '');
  return match ? { id: match[1]!, revision: match[2] === undefined ? null : Number(match[2]) } : null;
}

const kPaths: Readonly<Record<ViewPage, (project: string) => string>> = { charts: projectPath, runs: runsPath, compare: comparePath };

// The link to a view, whatever it becomes.
export const viewLink = (project: string, id: string): string => `${projectPath(project)}?${kSavedParameter}=${encodeURIComponent(id)}`;
// The address of what it says, marked as opened.
export const viewAddress = (project: string, view: SavedView, id: string, revision: number): string =>
  kPaths[view.page](project) + changeQuery(view.query, { [kSavedParameter]: `${id}.${revision}` });

const kWords: Readonly<Record<string, string>> = {
  q: 'filter', where: 'query', sort: 'order', cols: 'columns', hide: 'hidden runs', g: 'groups', stats: 'statistics', x: 'x axis', sm: 'smoothing',
  log: 'y scales', symlog: 'y scales', lx: 'x scale', sc: 'symlog constant', clip: 'outliers', band: 'bands', legend: 'names of lines', keys: 'panel search', ex: 'panels', pin: 'pinned runs',
  by: 'colours', color: 'colours', closed: 'folded sections', runs: 'compared runs', view: 'plot', rows: 'rows', px: 'plot axes', py: 'plot axes',
  pc: 'plot axes', axes: 'plot axes', step: 'media step',
};
const wordOf = (name: string): string => (name === 'z' || name === 'zs' || name.startsWith('z.') ? 'zoom' : Object.hasOwn(kWords, name) ? kWords[name]! : name);

// What differs between two views, in words; empty if nothing does.
export function differences(a: SavedView, b: SavedView): string[] {
  const [one, other] = [new URLSearchParams(a.query), new URLSearchParams(b.query)];
  const names = [...new Set([...one.keys(), ...other.keys()])].filter((name) => (one.get(name) ?? '') !== (other.get(name) ?? ''));
  return [...new Set([...(a.page === b.page ? [] : ['page']), ...names.map(wordOf)])];
}
