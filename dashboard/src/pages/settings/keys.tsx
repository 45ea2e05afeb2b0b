// One's API keys.
import { Show } from 'solid-js';
import { listKeys, makeKey, revokeKey, type ApiKey } from '../../api/access';
import { EmptyState } from '../../components/feedback';
import { settingsPath } from '../../lib/route';
import { user } from '../../state/session';
import { createChanging, onFields, RoleSelect, Section, when } from './parts';

const kDayS = 24 * 3600;
const stateOf = (key: ApiKey): string => (key.revokedUs !== null ? 'revoked' : when(key.expiresUs));

function OwnKeys() {
  const keys = createChanging(listKeys);
  const add = onFields((field) => keys.change(() => makeKey({
    name: field('name'), role: field('role'), project: field('project') || null,
    lifetimeS: field('days') === '' ? null : Number(field('days')) * kDayS,
  })));
  return (
    <Section title="API keys" note="For programs: $TRACKER_API_KEY, or tracker login --key. A key may be narrowed to a role and to one project."
      state={keys} none="No key yet: a program needs one to log to this server." head={['Id', 'Name', 'Role', 'Project', 'Expires', 'Last used', '']}
      row={(key: ApiKey) => (
        <tr>
          <td><code>{key.id}</code></td><td>{key.name}</td><td>{key.role}</td><td>{key.project ?? '–'}</td>
          <td>{stateOf(key)}</td><td>{when(key.lastUsedUs)}</td>
          <td>
            <Show when={key.revokedUs === null}>
              <button type="button" class="button" aria-label={`Revoke ${key.name}`}
                onClick={() => void keys.change(async () => { await revokeKey(key.id); return undefined; })}>Revoke</button>
            </Show>
          </td>
        </tr>
      )}>
      <form class="settings-form" onSubmit={add}>
        <input class="input" name="name" placeholder="What it is for" aria-label="Name of the key" maxlength="100" required />
        <RoleSelect name="role" label="Role" chosen="admin" />
        <input class="input" name="project" placeholder="Project (all)" aria-label="Project" />
        <input class="input" name="days" type="number" min="1" max="3650" placeholder="Days (no end)" aria-label="Days until it expires" />
        <button type="submit" class="button primary">Make a key</button>
      </form>
    </Section>
  );
}

export function Keys() {
  return (
    <Show when={user()} fallback={(
      <EmptyState icon="lock" title="Nobody is asked for a key here">
        This server takes what comes, and there is nobody for whom a key could be. <a class="link in-text" href={settingsPath('users')}>Make the first user</a> to change that.
      </EmptyState>
    )}><OwnKeys /></Show>
  );
}
