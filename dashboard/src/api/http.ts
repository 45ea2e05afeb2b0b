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
  405: 'method_not_allowed', 409: 'failed_precondition', 413: 'too_large', 429: 'resource_exhausted',
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
  method?: 'GET' | 'POST' | 'DELETE';
}

async function send(path: string, options: RequestOptions): Promise<Response> {
  const init: RequestInit = { headers: { accept: options.accept ?? 'application/json' } };
  if (options.signal) init.signal = options.signal;
  if (options.method) init.method = options.method;
  if (options.body !== undefined) {
    init.method = 'POST';
    init.headers = { accept: options.accept ?? 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(options.body);
  }
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError('unreachable', 'the server cannot be reached');
  }
  if (!response.ok) throw await failure(response);
  return response;
}

export async function getJson<T>(path: string, read: (value: unknown) => T, options: RequestOptions = {}): Promise<T> {
  const response = await send(path, options);
  try {
    return read(await response.json());
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
