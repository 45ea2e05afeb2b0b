import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { beforeEach, expect, it, vi } from 'vitest';

vi.mock('../../src/state/live', () => ({ kSettleListMs: 0, live: {} }));

const kStart = readFileSync(new URL('../../public/start.js', import.meta.url), 'utf8');
const json = (body: unknown) => Promise.resolve(new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } }));

type Early = Record<string, Promise<Response>>;
// What start.js asks for at an address.
function start(pathname: string, answer: (path: string) => Promise<Response> = () => json({})): { asked: string[]; early: Early } {
  const asked: string[] = [];
  const page = createContext({
    location: { pathname }, URLSearchParams, decodeURIComponent, matchMedia: () => ({ matches: false }), localStorage: { getItem: () => null },
    document: { documentElement: { dataset: {} }, createElement: () => ({}), head: { append: () => undefined } },
    fetch: (path: string) => {
      asked.push(path);
      return answer(path);
    },
  });
  runInContext(kStart, page);
  return { asked, early: page.trackerEarly as Early };
}

// The code that asks, as it is when the page has these answers.
async function load(early: Early) {
  vi.resetModules();
  const later: string[] = [];
  vi.stubGlobal('trackerEarly', early);
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => {
    later.push(`${init?.method ?? 'GET'} ${path}`);
    return json({ runs: [], next_cursor: null });
  });
  const client = await import('../../src/api/client');
  const { getSession, logOut } = await import('../../src/api/session');
  const { kNewestRuns } = await import('../../src/state/project_keys');
  return { ...client, getSession, logOut, kNewestRuns, later };
}

beforeEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.spyOn(performance, 'now').mockReturnValue(100);
});

for (const project of ['imdb', 'a/b c', '100%', '?#&+', 'ünï']) {
  it(`what a page of ${project} asks first is there, and is asked once`, async () => {
    const { asked, early } = start(`/p/${encodeURIComponent(project)}`, (path) => json(path.includes('/runs?') ? { runs: [{ id: 'a', name: 'early' }], next_cursor: null } : { runs: [] }));
    const { listRuns, getKeysOfProject, getSession, kNewestRuns, later } = await load(early);
    const names: string[] = [];
    const read = () => Promise.all([getSession(), listRuns(project, (runs) => names.push(...runs.map((run) => run.name))), getKeysOfProject(project, kNewestRuns)]);
    await read();
    expect(later).toEqual([]);
    expect(names).toEqual(['early']);
    await read();
    expect(later).toEqual(asked.map((path) => `GET ${path}`));
  });
}

it('knows the pages of a project, and asks for nothing of it elsewhere', () => {
  for (const path of ['/p/imdb', '/p/imdb/', '/p/imdb/charts', '/p/imdb/runs', '/p/imdb/compare']) expect(start(path).asked).toHaveLength(3);
  for (const path of ['/', '/p', '/p/', '/runs/imdb', '/p/imdb/reports', '/p/imdb/runs/x', '/p/%E0%A4%A', '/settings']) expect(start(path).asked).toEqual(['/api/v1/session']);
});

it('a failure is told to who asks, and not taken twice', async () => {
  const { early } = start('/', () => Promise.reject(new TypeError('no network')));
  const { getSession, later } = await load(early);
  await expect(getSession()).rejects.toMatchObject({ code: 'unreachable' });
  await getSession();
  expect(later).toEqual(['GET /api/v1/session']);
});

it('a refusal is asked for again: who reads may have logged in meanwhile', async () => {
  const { early } = start('/p/imdb', () => Promise.resolve(new Response('{}', { status: 401 })));
  const { listRuns, later } = await load(early);
  await listRuns('imdb', () => undefined);
  expect(later).toEqual([expect.stringContaining('GET /api/v1/runs?')]);
});

it('what was asked while the page started is no answer to who asks later', async () => {
  const { early } = start('/p/imdb');
  const { getSession, later } = await load(early);
  vi.spyOn(performance, 'now').mockReturnValue(60_000);
  await getSession();
  expect(later).toEqual(['GET /api/v1/session']);
});

it('what changes something never takes an answer, and who has gone is not told', async () => {
  const { early } = start('/p/imdb');
  const { logOut, getKeysOfProject, kNewestRuns, later } = await load(early);
  await logOut();
  expect(later).toEqual(['DELETE /api/v1/session']);
  await expect(getKeysOfProject('imdb', kNewestRuns, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
});
