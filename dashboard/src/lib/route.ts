// Addresses: the path is the place, the query is the view (filter, sort, scales, zoom); only what differs from the
// default is written. A path never ends in a name with a dot: a server may take that for a file.

export type RunTab = 'charts' | 'media' | 'overview' | 'system' | 'logs' | 'files' | 'artifacts' | 'diff';
export type VersionTab = 'files' | 'lineage' | 'diff';
export type SettingsTab = 'keys' | 'sharing' | 'users' | 'teams' | 'audit';

export type Place =
  | { page: 'projects' }
  | { page: 'workspace'; project: string }
  | { page: 'runs'; project: string }
  | { page: 'compare'; project: string }
  | { page: 'artifacts'; project: string }
  | { page: 'reports'; project: string }
  | { page: 'report'; project: string; id: string }
  | { page: 'artifact'; project: string; name: string }
  | { page: 'artifact-version'; project: string; name: string; version: string; tab: VersionTab }
  | { page: 'run'; id: string; tab: RunTab }
  | { page: 'start' }
  | { page: 'first-start' }
  | { page: 'settings'; tab: SettingsTab }
  | { page: 'unknown' };

const kTabs: readonly string[] = ['charts', 'media', 'overview', 'system', 'logs', 'files', 'artifacts', 'diff'];
const kVersionTabs: readonly string[] = ['files', 'lineage', 'diff'];
const kSettingsTabs: readonly string[] = ['keys', 'sharing', 'users', 'teams', 'audit'];

const segment = (text: string): string => encodeURIComponent(text);

export function parsePath(path: string): Place {
  let parts: string[];
  try {
    parts = path.split('/').filter((part) => part !== '').map(decodeURIComponent);
  } catch {
    return { page: 'unknown' };
  }
  const [first, name, last] = parts;
  if (first === undefined) return { page: 'projects' };
  if ((first === 'start' || first === 'first-start') && parts.length === 1) return { page: first };
  if (first === 'settings' && parts.length <= 2) return settingsPlace(name ?? 'keys');
  if (first === 'p' && name !== undefined) return projectPlace(name, parts.slice(2));
  if (first === 'runs' && name !== undefined && kTabs.includes(last ?? 'charts') && parts.length <= 3) return { page: 'run', id: name, tab: (last ?? 'charts') as RunTab };
  return { page: 'unknown' };
}

// /p/PROJECT[/charts | /runs | /compare | /reports[/ID] | /artifacts…]
function projectPlace(project: string, [view = 'charts', ...rest]: readonly string[]): Place {
  if (view === 'artifacts') return artifactPlace(project, rest);
  if (view === 'reports' && rest.length === 1) return { page: 'report', project, id: rest[0]! };
  if (rest.length > 0) return { page: 'unknown' };
  if (view === 'charts') return { page: 'workspace', project };
  return view === 'runs' || view === 'compare' || view === 'reports' ? { page: view, project } : { page: 'unknown' };
}

const settingsPlace = (tab: string): Place =>
  kSettingsTabs.includes(tab) ? { page: 'settings', tab: tab as SettingsTab } : { page: 'unknown' };

// /p/PROJECT/artifacts[/NAME/versions | /NAME/VERSION/TAB]
function artifactPlace(project: string, rest: readonly string[]): Place {
  const [name, version, tab] = rest;
  if (name === undefined) return { page: 'artifacts', project };
  if (rest.length === 1 || (version === 'versions' && rest.length === 2)) return { page: 'artifact', project, name };
  if (rest.length === 3 && version !== undefined && tab !== undefined && kVersionTabs.includes(tab)) {
    return { page: 'artifact-version', project, name, version, tab: tab as VersionTab };
  }
  return { page: 'unknown' };
}

export const projectPath = (project: string): string => `/p/${segment(project)}${project.includes('.') ? '/charts' : ''}`;
export const runsPath = (project: string): string => `/p/${segment(project)}/runs`;
export const comparePath = (project: string): string => `/p/${segment(project)}/compare`;
export const reportsPath = (project: string): string => `/p/${segment(project)}/reports`;
export const reportPath = (project: string, id: string): string => `${reportsPath(project)}/${segment(id)}`;
export const artifactsPath = (project: string): string => `/p/${segment(project)}/artifacts`;
export const artifactPath = (project: string, name: string): string => `${artifactsPath(project)}/${segment(name)}/versions`;
// `version`: v3 or an alias.
export const versionPath = (project: string, name: string, version: string, tab: VersionTab = 'files'): string =>
  `${artifactsPath(project)}/${segment(name)}/${segment(version)}/${tab}`;
export const runPath = (id: string, tab: RunTab = 'charts'): string =>
  tab === 'charts' ? `/runs/${segment(id)}` : `/runs/${segment(id)}/${tab}`;

export const settingsPath = (tab: SettingsTab = 'keys'): string => (tab === 'keys' ? '/settings' : `/settings/${tab}`);

// The query with `changes` applied, keys in a fixed order; null and '' remove.
export function changeQuery(search: string, changes: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams(search);
  for (const [key, value] of Object.entries(changes)) {
    if (value === null || value === '') query.delete(key);
    else query.set(key, value);
  }
  query.sort();
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
