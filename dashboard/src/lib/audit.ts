// The audit log for people: what the deeds are called, what a filter asks for, and a file of entries. Pure.
import type { AuditEntry, AuditQuery } from '../api/audit';
import { csvText } from './csv';

// Deeds by what they are done to, as the server writes them; one that it knows and this list does not is shown as it is.
export const kDeeds: readonly { group: string; label: string; deeds: Readonly<Record<string, string>> }[] = [
  { group: 'login', label: 'Logins', deeds: { login: 'logged in', 'login.failed': 'failed to log in', logout: 'logged out' } },
  { group: 'user', label: 'Users', deeds: {
    'user.create': 'made a user', 'user.change': 'changed a user', 'user.password': 'set a password', 'user.rescue': 'rescued a user',
  } },
  { group: 'team', label: 'Teams', deeds: {
    'team.create': 'made a team', 'team.remove': 'deleted a team', 'team.join': 'put a user in a team', 'team.leave': 'took a user out of a team',
  } },
  { group: 'key', label: 'API keys', deeds: { 'key.create': 'made an API key', 'key.revoke': 'revoked an API key' } },
  { group: 'project', label: 'Projects', deeds: {
    'project.share': 'shared a project', 'project.unshare': 'ended a sharing', 'project.delete': 'deleted a project',
    'project.restore': 'brought back a project', 'project.retention': 'changed what a project keeps',
  } },
  { group: 'run', label: 'Runs', deeds: { 'run.update': 'changed a run', 'run.delete': 'deleted a run', 'run.restore': 'brought back a run' } },
  { group: 'artifact', label: 'Artifacts', deeds: { 'artifact.delete': 'deleted an artifact', 'artifact.restore': 'brought back an artifact' } },
  { group: 'view', label: 'Saved views', deeds: { 'view.create': 'saved a view', 'view.update': 'changed a view', 'view.delete': 'deleted a view' } },
  { group: 'report', label: 'Reports', deeds: { 'report.create': 'made a report', 'report.update': 'changed a report', 'report.delete': 'deleted a report' } },
];
const kLabels = new Map(kDeeds.flatMap((group) => Object.entries(group.deeds)));
export const deedLabel = (action: string): string => kLabels.get(action) ?? action;

// '' takes all. `who` and `about` are parts, in any case; `who` may be kNobody; `deed` is one, or `run.*`; days are of the
// reader's calendar, both included.
export interface AuditFilter {
  who: string;
  deed: string;
  about: string;
  since: string;
  until: string;
}
export const kNobody = 'nobody';
export const actorOf = (entry: AuditEntry): string => (entry.actor === '' ? kNobody : entry.actor);

// The first moment of a day, `days` later, in µs; null for what is no day.
export function dayStartUs(day: string, days = 0): number | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (parts === null) return null;
  const [year, month, date] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const first = new Date(year, month - 1, date);
  if (first.getMonth() !== month - 1 || first.getDate() !== date) return null;
  return new Date(year, month - 1, date + days).getTime() * 1000;
}

// What is asked of the server: deeds of `run.*` are `run` itself and what begins so; `logout` is one of the logins.
export function auditQueryOf(filter: AuditFilter): AuditQuery {
  const query: AuditQuery = {};
  const who = filter.who.trim().toLowerCase();
  const about = filter.about.trim();
  const group = filter.deed.endsWith('.*') ? filter.deed.slice(0, -2) : null;
  if (who !== '') query.actor = who === kNobody ? '' : `*${who}*`;
  if (filter.deed !== '') query.action = group === null ? filter.deed : [group, filter.deed, ...(group === 'login' ? ['logout'] : [])].join(',');
  if (about !== '') query.text = about;
  const from = dayStartUs(filter.since);
  const to = dayStartUs(filter.until, 1);
  if (from !== null) query.fromUs = Math.max(0, from);
  if (to !== null) query.toUs = Math.max(0, to);
  return query;
}

const kRun = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
// What an entry's target can be opened as.
export function targetOf(entry: AuditEntry): { kind: 'run' | 'project' | 'team'; name: string } | null {
  const [group] = entry.action.split('.');
  if (group === 'run') return kRun.test(entry.target) ? { kind: 'run', name: entry.target } : null;
  return (group === 'project' || group === 'team') && entry.target !== '' ? { kind: group, name: entry.target } : null;
}

const kColumns = ['no', 'time', 'actor', 'key', 'address', 'request_id', 'action', 'target', 'detail'] as const;
// ECMAScript's dates end at ±8.64e15 ms.
export const isoTime = (timeUs: number): string => (Math.abs(timeUs) <= 8.64e18 ? new Date(timeUs / 1000).toISOString() : String(timeUs));
export const auditCsv = (entries: readonly AuditEntry[]): string => csvText([
  kColumns,
  ...entries.map((one) => [one.no, isoTime(one.atUs), one.actor, one.key, one.address, one.requestId, one.action, one.target, one.detail]),
]);
