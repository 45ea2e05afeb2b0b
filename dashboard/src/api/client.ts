// The routes of docs/http-api.md as functions. Each throws ApiError, or the abort of its signal.
import { getBytes, getJson } from './http';
import { listOf, objectOf, readFacet, readKeysOfRuns, readLogPage, readProject, readRun, readServer, textOrNull } from './read';
import type { RunChange } from '../lib/run_edit';
import { decodeSeries, kSeriesType } from './series_format';
import type {
  Facet, KeyInfo, LogPage, LogStream, Project, Run, RunsOfGroup, SeriesAnswer, SeriesRequest, ServerInfo, XMode,
} from './types';

const kBase = '/api/v1';
const kRunsPerPage = 1000;
// The server's limit of runs × keys in one request.
const kSeriesPerRequest = 1000;
// The server's limit of runs whose keys it tells in one answer.
export const kKeyRunsPerRequest = 200;

export const getServer = (): Promise<ServerInfo> => getJson(`${kBase}/server`, readServer);

export const listProjects = (signal?: AbortSignal): Promise<Project[]> =>
  getJson(`${kBase}/projects`, (body) => listOf(objectOf(body).projects).map(readProject), { signal });

// All runs of a project, newest first, a page at a time; `onPage` is told of each page as it comes.
export async function listRuns(project: string, onPage: (runs: Run[]) => void, signal?: AbortSignal): Promise<void> {
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ project, limit: String(kRunsPerPage) });
    if (cursor !== null) query.set('cursor', cursor);
    const page: { runs: Run[]; next: string | null } = await getJson(
      `${kBase}/runs?${query.toString()}`,
      (body) => {
        const o = objectOf(body);
        return { runs: listOf(o.runs).map(readRun), next: textOrNull(o.next_cursor) };
      },
      { signal },
    );
    onPage(page.runs);
    cursor = page.next;
  } while (cursor !== null);
}

// The runs that a filter of docs/query-language.md takes, all pages, and the fields of it that no run has.
export async function findRuns(
  project: string, filter: string, signal?: AbortSignal,
): Promise<{ ids: Set<string>; unknown: string[] }> {
  const ids = new Set<string>();
  let unknown: string[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ project, filter, limit: String(kRunsPerPage) });
    if (cursor !== null) query.set('cursor', cursor);
    cursor = await getJson(
      `${kBase}/runs?${query.toString()}`,
      (body) => {
        const o = objectOf(body);
        for (const run of listOf(o.runs)) ids.add(readRun(run).id);
        unknown = listOf(o.unknown_fields).map(String);
        return textOrNull(o.next_cursor);
      },
      { signal },
    );
  } while (cursor !== null);
  return { ids, unknown };
}

export const getRun = (id: string, signal?: AbortSignal): Promise<Run> =>
  getJson(`${kBase}/runs/${encodeURIComponent(id)}`, readRun, { signal });

// Of those runs that exist; at most kKeyRunsPerRequest at once.
export const getKeysOfRuns = (ids: readonly string[], signal?: AbortSignal): Promise<Map<string, KeyInfo[]>> =>
  getJson(`${kBase}/keys?runs=${ids.map(encodeURIComponent).join(',')}`, readKeysOfRuns, { signal });

// Of the newest runs of a project.
export const getKeysOfProject = (project: string, newest: number, signal?: AbortSignal): Promise<Map<string, KeyInfo[]>> =>
  getJson(`${kBase}/keys?${new URLSearchParams({ project, newest: String(newest) }).toString()}`, readKeysOfRuns, { signal });

export function getLogs(id: string, stream: LogStream, from: number, limit: number, signal?: AbortSignal): Promise<LogPage> {
  const query = new URLSearchParams({ stream, from: String(from), limit: String(limit) });
  return getJson(`${kBase}/runs/${encodeURIComponent(id)}/logs?${query.toString()}`, readLogPage, { signal });
}

// The newest runs of a project that a filter takes, one page.
export async function searchRuns(project: string, filter: string, limit: number, signal?: AbortSignal): Promise<Run[]> {
  const query = new URLSearchParams({ project, filter, limit: String(limit) });
  return getJson(`${kBase}/runs?${query.toString()}`, (body) => listOf(objectOf(body).runs).map(readRun), { signal });
}

export function getFacets(project: string, fields: readonly string[], signal?: AbortSignal): Promise<Facet[]> {
  const query = new URLSearchParams({ project, fields: fields.join(',') });
  return getJson(`${kBase}/runs/facets?${query.toString()}`, (body) => listOf(objectOf(body).fields).map(readFacet), { signal });
}

// The run can be brought back for the server's grace period.
export const deleteRun = (id: string): Promise<void> =>
  getJson(`${kBase}/runs/${encodeURIComponent(id)}`, () => undefined, { method: 'DELETE' });

export const restoreRun = (id: string): Promise<Run> =>
  getJson(`${kBase}/runs/${encodeURIComponent(id)}/restore`, readRun, { method: 'POST', body: {} });

// What the server made of it.
export const changeRun = (id: string, change: RunChange): Promise<Run> =>
  getJson(`${kBase}/runs/${encodeURIComponent(id)}`, readRun, {
    method: 'PATCH',
    body: { name: change.name, notes: change.notes, group: change.group, add_tags: change.addTags, remove_tags: change.removeTags },
  });

const axisBody = (x: XMode): string | { metric: string } => (x.startsWith('metric:') ? { metric: x.slice(7) } : x);

// Parts of at most `most` runs; a group is never divided, for its statistics are over all of it.
function parts(runs: readonly string[], groups: readonly RunsOfGroup[], most: number): { runs: string[]; groups: RunsOfGroup[]; size: number }[] {
  const made: { runs: string[]; groups: RunsOfGroup[]; size: number }[] = [];
  for (let i = 0; i < runs.length; i += most) {
    const slice = runs.slice(i, i + most);
    made.push({ runs: slice, groups: [], size: slice.length });
  }
  // Groups go together: their cells are one grid over all of them.
  if (groups.length > 0) made.push({ runs: [], groups: [...groups], size: groups.reduce((sum, group) => sum + group.runs.length, 0) });
  return made;
}

// Splits what exceeds the server's limit; the answers come in one.
export async function getSeries(request: SeriesRequest, signal?: AbortSignal): Promise<SeriesAnswer> {
  const answers: Promise<SeriesAnswer>[] = [];
  for (const part of parts(request.runs, request.groups, kSeriesPerRequest)) {
    const keysPerRequest = Math.max(1, Math.floor(kSeriesPerRequest / Math.max(1, part.size)));
    for (let k = 0; k < request.keys.length; k += keysPerRequest) {
      const body = {
        ...request, runs: part.runs, groups: part.groups, x: axisBody(request.x), keys: request.keys.slice(k, k + keysPerRequest),
      };
      answers.push(getBytes(`${kBase}/series`, decodeSeries, { signal, accept: kSeriesType, body }));
    }
  }
  const all = await Promise.all(answers);
  return { series: all.flatMap((one) => one.series), groups: all.flatMap((one) => one.groups) };
}
