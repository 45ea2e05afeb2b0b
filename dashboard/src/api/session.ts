// Who is logged in: /api/v1/session of docs/http-api.md.
import { getJson, type RequestOptions } from './http';
import { isObject, objectOf } from './read';

export interface Session {
  user: { name: string; serverAdmin: boolean } | null;
  csrfToken: string | null;
  // Nobody is asked for a login here.
  open: boolean;
}

const kPath = '/api/v1/session';

function readSession(value: unknown): Session {
  const o = objectOf(value);
  const user = isObject(o.user) && typeof o.user.name === 'string'
    ? { name: o.user.name, serverAdmin: o.user.server_admin === true }
    : null;
  return { user, csrfToken: typeof o.csrf_token === 'string' ? o.csrf_token : null, open: o.open === true };
}

const ask = (options: RequestOptions): Promise<Session> => getJson(kPath, readSession, options);

export const getSession = (): Promise<Session> => ask({ public: true });
export const logIn = (user: string, password: string): Promise<Session> => ask({ public: true, body: { user, password } });
export const useFirstStart = (token: string, user: string, password: string): Promise<Session> =>
  getJson('/api/v1/first-start', readSession, { public: true, body: { token, user, password } });
export const logOut = (): Promise<Session> => ask({ method: 'DELETE' });
