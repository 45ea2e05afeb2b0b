// Users, keys and members of a server that asks for no login; none where there is no run yet.
import { latestOf } from './data.mjs';

const kDay = 86_400e6;

function world(nowUs) {
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
  return { users, keys, members };
}

export function accessAnswers(runs) {
  const { users, keys, members } = runs.length > 0 ? world(latestOf(runs)) : { users: [], keys: [], members: [] };
  const bodies = { users: { users }, 'api-keys': { keys }, members: { members, role: 'admin' } };
  return (parts) => (parts.length === 1 && Object.hasOwn(bodies, parts[0]) ? { body: bodies[parts[0]] } : null);
}
