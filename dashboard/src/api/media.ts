// What runs logged to be looked at: docs/http-api.md, "Media". Each throws ApiError, or the abort of its signal.
import { getBytes, getJson } from './http';
import { isObject, listOf, number, objectOf, text } from './read';
import type { Json, JsonObject } from './types';

export interface MediaKey {
  run: string;
  key: string;
  type: string;
  count: number;
  firstStep: number;
  lastStep: number;
}

export interface MediaEntry {
  run: string;
  key: string;
  type: string;
  step: number;
  timeUs: number;
  contentType: string;
  description: JsonObject;
  bytes: number;
  sha256: string;
  // Only if it was asked for and came along.
  content: Json | undefined;
}

const kBase = '/api/v1';
const kPerPage = 1000;
// The server's limit of runs in one question.
export const kMediaRunsPerRequest = 200;

function readEntry(run: string, value: unknown): MediaEntry {
  const o = objectOf(value);
  return {
    run, key: text(o.key), type: text(o.type), step: number(o.step), timeUs: number(o.time_us), contentType: text(o.content_type),
    description: isObject(o.description) ? (o.description as JsonObject) : {}, bytes: number(o.bytes), sha256: text(o.sha256),
    content: o.content as Json | undefined,
  };
}

export const getMediaKeys = (runs: readonly string[], signal?: AbortSignal): Promise<MediaKey[]> =>
  getJson(`${kBase}/media-keys?runs=${runs.map(encodeURIComponent).join(',')}`, (body) => listOf(objectOf(body).keys).map((value) => {
    const o = objectOf(value);
    return { run: text(o.run), key: text(o.key), type: text(o.type), count: number(o.count), firstStep: number(o.first_step), lastStep: number(o.last_step) };
  }), { signal });

export interface MediaWish {
  run: string;
  key: string;
  type: string;
  // How many at most; the first of them come.
  most: number;
  withContent: boolean;
}

// By step and log order.
export async function listMedia(wish: MediaWish, signal?: AbortSignal): Promise<MediaEntry[]> {
  const entries: MediaEntry[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ key: wish.key, type: wish.type, limit: String(Math.min(kPerPage, wish.most - entries.length)) });
    if (wish.withContent) query.set('content', '1');
    if (cursor !== null) query.set('cursor', cursor);
    const page: { entries: MediaEntry[]; next: string | null } = await getJson(
      `${kBase}/runs/${encodeURIComponent(wish.run)}/media?${query.toString()}`,
      (body) => {
        const o = objectOf(body);
        const next = o.next_cursor;
        return { entries: listOf(o.media).map((one) => readEntry(wish.run, one)), next: typeof next === 'string' ? next : null };
      },
      { signal },
    );
    entries.push(...page.entries);
    cursor = page.next;
  } while (cursor !== null && entries.length < wish.most);
  return entries;
}

export const mediaAddress = (entry: MediaEntry): string => `${kBase}/runs/${encodeURIComponent(entry.run)}/media/${entry.sha256}`;
export const readMediaBytes = (entry: MediaEntry, signal?: AbortSignal): Promise<ArrayBuffer> =>
  getBytes(mediaAddress(entry), (body) => body, { accept: '*/*', signal });
