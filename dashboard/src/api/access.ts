// Users, API keys and members of projects: docs/http-api.md, "Access". Each throws ApiError.
import { getJson } from './http';
import { listOf, numberOrNull, objectOf, text, textOrNull } from './read';

export type Role = 'viewer' | 'writer' | 'admin';
export const kRoles: readonly Role[] = ['viewer', 'writer', 'admin'];

export interface ApiKey {
  id: string;
  user: string;
  name: string;
  role: string;
  project: string | null;
  expiresUs: number | null;
  revokedUs: number | null;
  lastUsedUs: number | null;
}
export interface User {
  name: string;
  serverAdmin: boolean;
  disabled: boolean;
  lastLoginUs: number | null;
}
export interface Member {
  kind: 'user' | 'team';
  name: string;
  role: string;
}
// What is shown this once.
export interface Secrets {
  password: string | null;
  key: string | null;
}

const kBase = '/api/v1';

function readKey(value: unknown): ApiKey {
  const o = objectOf(value);
  return {
    id: text(o.id), user: text(o.user), name: text(o.name), role: text(o.role), project: textOrNull(o.project),
    expiresUs: numberOrNull(o.expires_us), revokedUs: numberOrNull(o.revoked_us),
    lastUsedUs: numberOrNull(o.last_used_us),
  };
}
function readUser(value: unknown): User {
  const o = objectOf(value);
  return {
    name: text(o.name), serverAdmin: o.server_admin === true, disabled: o.disabled === true,
    lastLoginUs: numberOrNull(o.last_login_us),
  };
}
function readMember(value: unknown): Member {
  const o = objectOf(value);
  return { kind: o.kind === 'team' ? 'team' : 'user', name: text(o.name), role: text(o.role) };
}
function readSecrets(value: unknown): Secrets {
  const o = objectOf(value);
  return { password: textOrNull(o.password), key: textOrNull(o.key) };
}
const members = (value: unknown): Member[] => listOf(objectOf(value).members).map(readMember);
const roleOf = (value: unknown): Role => kRoles.find((role) => role === objectOf(value).role) ?? 'viewer';
const membersPath = (project: string): string => `${kBase}/members?${new URLSearchParams({ project }).toString()}`;

// One's own; a server that asks for no login shows those of all.
export const listKeys = (): Promise<ApiKey[]> => getJson(`${kBase}/api-keys`, (body) => listOf(objectOf(body).keys).map(readKey));
export interface KeyWish {
  name: string;
  role: string;
  project: string | null;
  lifetimeS: number | null;
}
export const makeKey = (wish: KeyWish): Promise<Secrets> => getJson(`${kBase}/api-keys`, readSecrets, {
  body: { name: wish.name, role: wish.role, project: wish.project, lifetime_s: wish.lifetimeS },
});
export const revokeKey = (id: string): Promise<void> =>
  getJson(`${kBase}/api-keys/${encodeURIComponent(id)}`, () => undefined, { method: 'DELETE' });

export const listUsers = (): Promise<User[]> => getJson(`${kBase}/users`, (body) => listOf(objectOf(body).users).map(readUser));
export const makeUser = (name: string, serverAdmin: boolean): Promise<Secrets> =>
  getJson(`${kBase}/users`, readSecrets, { body: { name, server_admin: serverAdmin, with_key: true } });
export const changeUser = (name: string, change: { disabled?: boolean; reset_password?: boolean }): Promise<Secrets> =>
  getJson(`${kBase}/users/${encodeURIComponent(name)}`, readSecrets, { body: change });

export const listMembers = (project: string): Promise<Member[]> => getJson(membersPath(project), members);
export const getOwnRole = (project: string): Promise<Role> => getJson(membersPath(project), roleOf);
export const share = (project: string, member: Member): Promise<Member[]> => getJson(membersPath(project), members, { body: member });
export const unshare = (project: string, member: Member): Promise<Member[]> =>
  getJson(`${membersPath(project)}&${new URLSearchParams({ kind: member.kind, name: member.name }).toString()}`, members, { method: 'DELETE' });
