// Artifacts: docs/http-api.md, "Artifacts". Each throws ApiError, or the abort of its signal.
import { getBytes, getJson } from './http';
import { isObject, listOf, number, numberOrNull, objectOf, text, textOrNull } from './read';
import type { JsonObject } from './types';

export interface Artifact {
  name: string;
  type: string;
  description: string;
  versions: number;
  latest: string | null;
  aliases: string[];
  run: string | null;
  sizeBytes: number;
  updatedUs: number;
  ttlS: number | null;
  keepVersions: number | null;
}

export interface ArtifactVersion {
  id: string;
  project: string;
  name: string;
  type: string;
  version: string;
  aliases: string[];
  tags: string[];
  description: string;
  metadata: JsonObject;
  digest: string;
  files: number;
  sizeBytes: number;
  addedBytes: number;
  run: string | null;
  createdUs: number;
  expiresUs: number | null;
  deletedUs: number | null;
  purgeUs: number | null;
}

// A stored file has a SHA-256; one that lies elsewhere has a URL.
export interface ArtifactFile {
  path: string;
  sizeBytes: number | null;
  sha256: string | null;
  url: string | null;
  checksum: string | null;
}

export interface LineageRun {
  id: string;
  project: string;
  name: string;
  createdUs: number;
}

export interface Lineage {
  versions: ArtifactVersion[];
  runs: LineageRun[];
  edges: { run: string; version: string; kind: 'produced' | 'used' }[];
  more: boolean;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

export interface VersionChange {
  description?: string;
  add_tags?: string[];
  remove_tags?: string[];
}

const kBase = '/api/v1';
const kMostPerPage = 1000;
const texts = (value: unknown): string[] => listOf(value).filter((one): one is string => typeof one === 'string');
const queryOf = (values: Readonly<Record<string, string | null>>): string =>
  new URLSearchParams(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null)).toString();

function readArtifact(value: unknown): Artifact {
  const o = objectOf(value);
  return {
    name: text(o.name), type: text(o.type), description: text(o.description), versions: number(o.versions), latest: textOrNull(o.latest),
    aliases: texts(o.aliases), run: textOrNull(o.run), sizeBytes: number(o.size_bytes), updatedUs: number(o.updated_us),
    ttlS: numberOrNull(o.ttl_s), keepVersions: numberOrNull(o.keep_versions),
  };
}

function readVersion(value: unknown): ArtifactVersion {
  const o = objectOf(value);
  return {
    id: text(o.id), project: text(o.project), name: text(o.name), type: text(o.type), version: text(o.version), aliases: texts(o.aliases),
    tags: texts(o.tags), description: text(o.description), metadata: isObject(o.metadata) ? (o.metadata as JsonObject) : {}, digest: text(o.digest),
    files: number(o.files), sizeBytes: number(o.size_bytes), addedBytes: number(o.added_bytes), run: textOrNull(o.run), createdUs: number(o.created_us),
    expiresUs: numberOrNull(o.expires_us), deletedUs: numberOrNull(o.deleted_us), purgeUs: numberOrNull(o.purge_us),
  };
}

function readFile(value: unknown): ArtifactFile {
  const o = objectOf(value);
  return { path: text(o.path), sizeBytes: numberOrNull(o.size_bytes), sha256: textOrNull(o.sha256), url: textOrNull(o.url), checksum: textOrNull(o.checksum) };
}

function readLineage(value: unknown): Lineage {
  const o = objectOf(value);
  return {
    versions: listOf(o.versions).map(readVersion),
    runs: listOf(o.runs).map((one) => {
      const run = objectOf(one);
      return { id: text(run.id), project: text(run.project), name: text(run.name), createdUs: number(run.created_us) };
    }),
    edges: listOf(o.edges).map((one) => {
      const edge = objectOf(one);
      return { run: text(edge.run), version: text(edge.version), kind: edge.kind === 'used' ? 'used' : 'produced' };
    }),
    more: o.more === true,
  };
}

const pageOf = <Item>(value: unknown, name: string, read: (item: unknown) => Item): Page<Item> => {
  const o = objectOf(value);
  return { items: listOf(o[name]).map(read), next: textOrNull(o.next_cursor) };
};
const versionPath = (id: string): string => `${kBase}/artifact-versions/${encodeURIComponent(id)}`;

export const listArtifacts = (project: string, cursor: string | null, signal?: AbortSignal): Promise<Page<Artifact>> =>
  getJson(`${kBase}/artifacts?${queryOf({ project, cursor, limit: String(kMostPerPage) })}`, (body) => pageOf(body, 'artifacts', readArtifact), { signal });

export const getArtifact = (project: string, name: string): Promise<Artifact> =>
  getJson(`${kBase}/artifacts?${queryOf({ project, name })}`, (body) => readArtifact(listOf(objectOf(body).artifacts)[0]));

export const listVersions = (project: string, name: string, which: 'living' | 'deleted', cursor: string | null): Promise<Page<ArtifactVersion>> =>
  getJson(`${kBase}/artifact-versions?${queryOf({ project, name, cursor, deleted: which === 'deleted' ? '1' : null })}`,
    (body) => pageOf(body, 'versions', readVersion));

// By `v3` or an alias.
export const findVersion = (project: string, name: string, version: string): Promise<ArtifactVersion> =>
  getJson(`${kBase}/artifact-versions?${queryOf({ project, name, version })}`, (body) => readVersion(listOf(objectOf(body).versions)[0]));

// The first files in order of their paths, `most` of them; `isWhole` says whether there are no others.
export async function listFiles(id: string, most: number, prefix = ''): Promise<{ files: ArtifactFile[]; isWhole: boolean }> {
  const files: ArtifactFile[] = [];
  let cursor: string | null = null;
  do {
    const query = queryOf({ cursor, prefix: prefix === '' ? null : prefix, limit: String(kMostPerPage) });
    const page: Page<ArtifactFile> = await getJson(`${versionPath(id)}/files?${query}`, (body) => pageOf(body, 'files', readFile));
    files.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && files.length < most);
  return { files, isWhole: cursor === null };
}

export const fileAddress = (id: string, path: string, shown = false): string => `${versionPath(id)}/file?${queryOf({ path, inline: shown ? '1' : null })}`;

// The first `most` bytes of a file that is not empty.
export const readStart = (id: string, path: string, most: number, signal?: AbortSignal): Promise<ArrayBuffer> =>
  getBytes(fileAddress(id, path), (body) => body, { accept: '*/*', headers: { range: `bytes=0-${most - 1}` }, signal });

export const getLineage = (id: string, depth: number): Promise<Lineage> => getJson(`${versionPath(id)}/lineage?${queryOf({ depth: String(depth) })}`, readLineage);

export const artifactsOfRun = (run: string): Promise<{ produced: ArtifactVersion[]; used: ArtifactVersion[] }> =>
  getJson(`${kBase}/runs/${encodeURIComponent(run)}/artifacts`, (body) => {
    const o = objectOf(body);
    return { produced: listOf(o.produced).map(readVersion), used: listOf(o.used).map(readVersion) };
  });

export const changeArtifact = (project: string, name: string, description: string): Promise<Artifact> =>
  getJson(`${kBase}/artifacts?${queryOf({ project, name })}`, readArtifact, { method: 'PATCH', body: { description } });
export const changeVersion = (id: string, change: VersionChange): Promise<ArtifactVersion> => getJson(versionPath(id), readVersion, { method: 'PATCH', body: change });
export const setAlias = (id: string, alias: string): Promise<ArtifactVersion> => getJson(`${versionPath(id)}/aliases`, readVersion, { body: { alias } });
export const removeAlias = (id: string, alias: string): Promise<ArtifactVersion> =>
  getJson(`${versionPath(id)}/aliases/${encodeURIComponent(alias)}`, readVersion, { method: 'DELETE' });
// With its aliases. It can be brought back for the server's grace period, without them.
export const deleteVersion = (id: string): Promise<ArtifactVersion> => getJson(`${versionPath(id)}?with_aliases=1`, readVersion, { method: 'DELETE' });
export const restoreVersion = (id: string): Promise<ArtifactVersion> => getJson(`${versionPath(id)}/restore`, readVersion, { method: 'POST', body: {} });
