// One request to the server. Failures become ApiError, whose text can be shown to people.
import type { components } from './schema';

export type ApiErrorCode = components['schemas']['Error']['error']['code'] | 'unreachable' | 'bad_answer';

export class ApiError extends Error {
  override name = 'ApiError';
  // `position`: where in a query's text, in bytes of UTF-8; null if the error is not about a text.
  constructor(readonly code: ApiErrorCode, message: string, readonly position: number | null = null) {
    super(message);
  }
}

const kCodeOfStatus: Readonly<Record<number, ApiErrorCode>> = {
  400: 'invalid_argument', 401: 'unauthenticated', 403: 'permission_denied', 404: 'not_found',
  405: 'method_not_allowed', 409: 'failed_precondition', 412: 'changed_meanwhile', 413: 'too_large', 429: 'resource_exhausted',
  503: 'unavailable',
};

async function failure(response: Response): Promise<ApiError> {
  const code = kCodeOfStatus[response.status] ?? 'internal';
  try {
    const body = (await response.json()) as { error?: { message?: unknown; position?: unknown } };
    const position = body.error?.position;
    if (typeof body.error?.message === 'string') {
      return new ApiError(code, body.error.message, typeof position === 'number' ? position : null);
    }
  } catch {
    // Not the API's error body (a proxy's page, say): the status has to do.
  }
  return new ApiError(code, `the server answered ${response.status} ${response.statusText}`.trim());
}

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  accept?: string;
  body?: unknown;
  // POST where there is a body, else GET.
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Readonly<Record<string, string>>;
  // Of those that anybody may ask: it says nothing of the session, and needs nothing of it.
  public?: boolean;
}

// What requests have to do with who is logged in (state/session.ts).
export interface SessionHooks {
  // The token of requests that may change something, once it is known whether there is one.
  csrfToken: () => Promise<string | null>;
  // The server does not know, or no longer, who asks.
  onRefused: () => void;
}
let hooks: SessionHooks = { csrfToken: () => Promise.resolve(null), onRefused: () => undefined };
export function connectSession(to: SessionHooks): void {
  hooks = to;
}

async function headersOf(options: RequestOptions): Promise<Record<string, string>> {
  const headers: Record<string, string> = { accept: options.accept ?? 'application/json', ...options.headers };
  if (options.body !== undefined) headers['content-type'] = 'application/json';
  const changes = options.body !== undefined || (options.method ?? 'GET') !== 'GET';
  const token = changes && options.public !== true ? await hooks.csrfToken() : null;
  if (token !== null) headers['x-csrf-token'] = token;
  return headers;
}

// Answers that public/start.js asked for before this code was here, by path. Each is taken once, while the page starts, and
// if it is good: a later reader wants what is true then, and who has logged in meanwhile no refusal of before.
const early = (globalThis as { trackerEarly?: Record<string, Promise<Response>> }).trackerEarly ?? {};
const kStartMs = 5000;

async function ask(path: string, init: RequestInit): Promise<Response> {
  const answer = init.method === 'GET' && performance.now() < kStartMs ? early[path] : undefined;
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a record because start.js is not compiled
  delete early[path];
  const response = await answer;
  init.signal?.throwIfAborted();
  return response?.ok ? response : fetch(path, init);
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const init: RequestInit = { headers: await headersOf(options) };
  if (options.signal) init.signal = options.signal;
  init.method = options.method ?? (options.body === undefined ? 'GET' : 'POST');
  if (options.body !== undefined) init.body = JSON.stringify(options.body);
  let response: Response;
  try {
    response = await ask(path, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError('unreachable', 'the server cannot be reached');
  }
  if (response.status === 401 && options.public !== true) hooks.onRefused();
  if (!response.ok) throw await failure(response);
  return response;
}

export async function getJson<T>(path: string, read: (value: unknown) => T, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  try {
    return read(response.status === 204 ? null : await response.json());
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError('bad_answer', `the answer of ${path} cannot be read: ${String(error)}`);
  }
}

export async function getBytes<T>(path: string, read: (body: ArrayBuffer) => T, options: RequestOptions): Promise<T> {
  const response = await send(path, options);
  try {
    return read(await response.arrayBuffer());
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError('bad_answer', `the answer of ${path} cannot be read: ${String(error)}`);
  }
}

export const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
