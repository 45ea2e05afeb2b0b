// Users, teams, keys, members and audit log of a server that asks for no login; none where there is no project "imdb".
import { latestOf } from './data.mjs';

const kDay = 86_400e6;

// Newest first, one every hour and seven minutes.
function auditLog(nowUs, runs) {
  const imdb = runs.filter((run) => run.project === 'imdb');
  const deeds = [
    ['ada', 'project.share', 'imdb', 'team vision as viewer'], ['ada', 'team.join', 'vision', 'grace'], ['ada', 'team.create', 'vision', ''],
    ['grace', 'run.update', imdb[1].id, 'tags'], ['', 'login.failed', 'grace', 'the name or the password is wrong'], ['grace', 'login', 'grace', ''],
    ['ada', 'key.create', '3f9a01c2', 'workstation'], ['ada', 'report.update', 'imdb/what-the-learning-rate-does', 'What the learning rate does'],
    ['ada', 'run.delete', imdb[2].id, '<img src=x onerror=alert(1)> & "quoted"'], ['grace', 'artifact.delete', 'imdb/sentiment:v1', 'turned \u202egnp.exe'],
  ];
  return Array.from({ length: 3 * deeds.length }, (_, i) => {
    const [actor, action, target, detail] = deeds[i % deeds.length];
    return {
      no: 3 * deeds.length - i, at_us: nowUs - i * (kDay / 24 + 7 * 60e6), actor, key: i % 4 === 3 ? '3f9a01c2' : '', address: i % 2 === 0 ? '10.0.0.7' : '2001:db8::17',
      request_id: `r-${1000 - i}`, action, target, detail,
    };
  });
}

const fits = (pattern, text) => new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's').test(text);
// As much of the server's filter as the page asks for, in one page.
function auditPage(entries, wanted) {
  const [actor, action, text] = ['actor', 'action', 'text'].map((name) => wanted.get(name));
  const from = Number(wanted.get('from_us') ?? 0);
  const to = Number(wanted.get('to_us') ?? Infinity);
  const found = entries.filter((one) => one.at_us >= from && one.at_us < to
    && (actor === null || fits(actor, one.actor))
    && (action === null || action.split(',').some((each) => fits(each, one.action)))
    && (text === null || `${one.target}\n${one.detail}`.toLowerCase().includes(text.toLowerCase())));
  return { entries: found, next_before: null };
}

function world(nowUs, runs) {
  const users = [
    { name: 'ada', server_admin: true, disabled: false, created_us: nowUs - 90 * kDay, last_login_us: nowUs - 0.2 * kDay },
    { name: 'grace', server_admin: false, disabled: false, created_us: nowUs - 40 * kDay, last_login_us: nowUs - 9 * kDay },
    { name: 'old.account', server_admin: false, disabled: true, created_us: nowUs - 400 * kDay, last_login_us: null },
  ];
  const key = (id, name, role, more = {}) => ({
    id, user: 'ada', name, role, project: null, created_us: nowUs - 30 * kDay, expires_us: null, revoked_us: null, last_used_us: null, last_used_from: '', ...more,
  });
  const keys = [
    key('3f9a01c2', 'workstation', 'admin', { last_used_us: nowUs - 0.01 * kDay, last_used_from: '10.0.0.7' }),
    key('b81e44d0', 'nightly sweep', 'writer', { project: 'sst2-sweep', expires_us: nowUs + 20 * kDay }),
    key('77c0de15', 'lost laptop', 'writer', { revoked_us: nowUs - 3 * kDay }),
  ];
  const members = [{ kind: 'user', name: 'ada', role: 'admin' }, { kind: 'user', name: 'grace', role: 'writer' }, { kind: 'team', name: 'vision', role: 'viewer' }];
  // As `members` says of each.
  const projects = [...new Set(runs.map((run) => run.project))].sort((a, b) => a.localeCompare(b)).map((name) => ({ name, role: 'viewer' }));
  const teams = [{ name: 'audio', users: [], projects: [] }, { name: 'vision', users: ['grace', 'old.account'], projects }];
  return { users, keys, members, teams, entries: auditLog(nowUs, runs) };
}

export function accessAnswers(runs) {
  const isFull = runs.some((run) => run.project === 'imdb');
  const { users, keys, members, teams, entries } = isFull ? world(latestOf(runs), runs) : { users: [], keys: [], members: [], teams: [], entries: [] };
  const bodies = { users: { users }, teams: { teams }, 'api-keys': { keys }, members: { members, role: 'admin' } };
  return (parts, wanted) => {
    if (parts.length !== 1) return null;
    if (parts[0] === 'audit') return { body: auditPage(entries, wanted) };
    return Object.hasOwn(bodies, parts[0]) ? { body: bodies[parts[0]] } : null;
  };
}
