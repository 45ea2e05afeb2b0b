// What a project keeps for its readers, saved views and reports: docs/http-api.md. The server does not read what they say
// (`spec`). Each throws ApiError, or the abort of its signal; `changed_meanwhile` where somebody else wrote since `revision`.
import { plural } from '../lib/format';
import { ApiError, getJson } from './http';
import { isObject, listOf, number, objectOf, text } from './read';
import type { components } from './schema';
import type { JsonObject } from './types';

export type DocumentKind = 'views' | 'reports';

// Characters of a name: the server takes 512 bytes of UTF-8.
export const kLongestName = 170;
// Of a `spec`, as JSON without spaces in UTF-8: the only limit that the server has for how long it is.
export const kMostSpecBytes = 256 * 1024;

// Counted as the server does. Numbers that others wrote into blocks unknown here may count a few bytes otherwise there.
export const bytesOver = (spec: JsonObject): number => Math.max(0, new TextEncoder().encode(JSON.stringify(spec)).length - kMostSpecBytes);

export interface DocumentHead {
  id: string;
  name: string;
  // Empty on a server that asks for no login.
  author: string;
  createdUs: number;
  updatedUs: number;
  revision: number;
}

export interface StoredDocument extends DocumentHead {
  spec: JsonObject;
}

export interface DocumentText {
  name: string;
  spec: JsonObject;
}

// A field that the API's document does not have does not compile; what is in them is still unknown.
type Fields<Name extends 'SavedItem' | 'SavedItemHead' | 'SavedItemList'> = Partial<Record<keyof components['schemas'][Name], unknown>>;

function readHead(value: unknown): DocumentHead {
  const o: Fields<'SavedItemHead'> = objectOf(value);
  return { id: text(o.id), name: text(o.name), author: text(o.author), createdUs: number(o.created_us), updatedUs: number(o.updated_us), revision: number(o.revision) };
}
const readWhole = (value: unknown): StoredDocument => {
  const { spec }: Fields<'SavedItem'> = objectOf(value);
  return { ...readHead(value), spec: isObject(spec) ? (spec as JsonObject) : {} };
};

const pathOf = (project: string, kind: DocumentKind, id?: string): string =>
  `/api/v1/projects/${encodeURIComponent(project)}/${kind}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

// Newest change first.
export const listDocuments = (project: string, kind: DocumentKind): Promise<DocumentHead[]> =>
  getJson(pathOf(project, kind), (body) => {
    const { items }: Fields<'SavedItemList'> = objectOf(body);
    return listOf(items).map(readHead);
  });
export const getDocument = (project: string, kind: DocumentKind, id: string): Promise<StoredDocument> => getJson(pathOf(project, kind, id), readWhole);
// What is too long is not sent.
function checkLength({ name, spec }: DocumentText): void {
  const over = bytesOver(spec);
  if (over > 0) throw new ApiError('too_large', `${name} would be ${plural(over, 'byte')} too long`);
}
export async function makeDocument(project: string, kind: DocumentKind, made: DocumentText): Promise<StoredDocument> {
  checkLength(made);
  return getJson(pathOf(project, kind), readWhole, { body: made });
}
export async function writeDocument(project: string, kind: DocumentKind, id: string, revision: number, written: DocumentText): Promise<StoredDocument> {
  checkLength(written);
  return getJson(pathOf(project, kind, id), readWhole, { method: 'PUT', body: written, headers: { 'if-match': `"${revision}"` } });
}
export const deleteDocument = (project: string, kind: DocumentKind, id: string): Promise<void> =>
  getJson(pathOf(project, kind, id), () => undefined, { method: 'DELETE' });
