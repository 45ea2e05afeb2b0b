// The routes of docs/http-api.md as functions. Each throws ApiError, or the abort of its signal.
import { getBytes, getJson } from './http';
import { listOf, objectOf, readKeysOfRuns, readLogPage, readProject, readRun, readServer } from './read';
import { decodeSeries, kSeriesType } from './series_format';
import type { KeyInfo, LogPage, LogStream, Project, Run, Series, SeriesRequest, ServerInfo } from './types';

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
        const next = o.next_cursor;
        return { runs: listOf(o.runs).map(readRun), next: typeof next === 'string' && next !== '' ? next : null };
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
        return typeof o.next_cursor === 'string' && o.next_cursor !== '' ? o.next_cursor : null;
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

export function getLogs(id: string, stream: LogStream, from: number, limit: number, signal?: AbortSignal): Promise<LogPage> {
  const query = new URLSearchParams({ stream, from: String(from), limit: String(limit) });
  return getJson(`${kBase}/runs/${encodeURIComponent(id)}/logs?${query.toString()}`, readLogPage, { signal });
}

// Splits what exceeds the server's limit; the answers come in one list.
export async function getSeries(request: SeriesRequest, signal?: AbortSignal): Promise<Series[]> {
  const keysPerRequest = Math.max(1, Math.floor(kSeriesPerRequest / Math.max(1, request.runs.length)));
  const answers: Promise<Series[]>[] = [];
  for (let r = 0; r < request.runs.length; r += kSeriesPerRequest) {
    const runs = request.runs.slice(r, r + kSeriesPerRequest);
    for (let k = 0; k < request.keys.length; k += keysPerRequest) {
      const body = { ...request, runs, keys: request.keys.slice(k, k + keysPerRequest) };
      answers.push(getBytes(`${kBase}/series`, decodeSeries, { signal, accept: kSeriesType, body }));
    }
  }
  return (await Promise.all(answers)).flat();
}
