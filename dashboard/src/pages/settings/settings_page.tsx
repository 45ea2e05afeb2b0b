// One's API keys, with whom a project is shared, and for server admins the users.
import { createSignal, For, Show } from 'solid-js';
import {
  changeUser, kRoles, listKeys, listMembers, listUsers, makeKey, makeUser, revokeKey, share, unshare,
  type ApiKey, type Member, type User,
} from '../../api/access';
import { formatDateTime } from '../../lib/format';
import { usePageHead } from '../../state/page_head';
import { createProjects } from '../../state/projects';
import { createRole } from '../../state/role';
import { holdPage, isOpen, user } from '../../state/session';
import { createChanging, onFields, Section } from './parts';
import './settings_page.css';

const kDayS = 24 * 3600;
const when = (timeUs: number | null): string => (timeUs === null ? '–' : formatDateTime(timeUs));
const stateOf = (key: ApiKey): string => (key.revokedUs !== null ? 'revoked' : when(key.expiresUs));

function Roles(props: { chosen: string }) {
  return (
    <select class="select" name="role" aria-label="Role">
      <For each={kRoles}>{(role) => <option value={role} selected={role === props.chosen}>{role}</option>}</For>
    </select>
  );
}

function Keys() {
  const keys = createChanging(listKeys);
  const add = onFields((field) => keys.change(() => makeKey({
    name: field('name'), role: field('role'), project: field('project') || null,
    lifetimeS: field('days') === '' ? null : Number(field('days')) * kDayS,
  })));
  return (
    <Section title="API keys" note="For programs: $TRACKER_API_KEY, or tracker login --key. A key may be narrowed to a role and to one project."
      state={keys} head={['Id', 'Name', 'Role', 'Project', 'Expires', 'Last used', '']}
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
        <Roles chosen="admin" />
        <input class="input" name="project" placeholder="Project (all)" aria-label="Project" />
        <input class="input" name="days" type="number" min="1" max="3650" placeholder="Days (no end)" aria-label="Days until it expires" />
        <button type="submit" class="button primary">Make a key</button>
      </form>
    </Section>
  );
}

function Members(props: { project: string }) {
  // The page makes this anew for another project.
  const project = props.project;
  const members = createChanging(() => listMembers(project));
  const role = createRole(() => project);
  const add = onFields((field) => members.change(async () => {
    await share(project, { kind: field('kind') === 'team' ? 'team' : 'user', name: field('name'), role: field('role') });
    return undefined;
  }));
  return (
    <Section title={`Members of ${project}`} note="Viewers see it, writers log to it, admins share it. Server admins may do all of that everywhere."
      state={members} head={['Kind', 'Name', 'Role', '']}
      row={(member: Member) => (
        <tr>
          <td>{member.kind}</td><td>{member.name}</td><td>{member.role}</td>
          <td>
            <Show when={role.mayShare()}><button type="button" class="button" aria-label={`Share no more with ${member.name}`}
              onClick={() => void members.change(async () => { await unshare(project, member); return undefined; })}>Remove</button></Show>
          </td>
        </tr>
      )}>
      <Show when={role.mayShare()} fallback={<p class="faint">An admin of the project can share it, and say who may what.</p>}>
      <form class="settings-form" onSubmit={add}>
        <select class="select" name="kind" aria-label="Kind"><option value="user">user</option><option value="team">team</option></select>
        <input class="input" name="name" placeholder="Name" aria-label="Name of the user or team" required />
        <Roles chosen="viewer" />
        <button type="submit" class="button primary">Share</button>
      </form>
      </Show>
    </Section>
  );
}

function Users() {
  const users = createChanging(listUsers);
  const add = onFields((field) => users.change(async () => {
    // The first user ends the time in which nobody is asked: what is shown once must be seen before the login is.
    if (isOpen()) holdPage(true);
    return makeUser(field('name'), field('admin') !== '');
  }));
  return (
    <Section title="Users" note={isOpen() ? 'Nobody is asked for a login here. Once there is a user everybody is, unless the server was started with --allow-anonymous.' : 'Everybody who may log in. Users are disabled, never removed.'}
      state={users} head={['Name', 'Server admin', 'State', 'Last login', '']}
      row={(one: User) => (
        <tr>
          <td>{one.name}</td><td>{one.serverAdmin ? 'yes' : '–'}</td><td>{one.disabled ? 'disabled' : '–'}</td><td>{when(one.lastLoginUs)}</td>
          <td>
            <button type="button" class="button" onClick={() => void users.change(() => changeUser(one.name, { disabled: !one.disabled }))}>
              {one.disabled ? 'Enable' : 'Disable'}<span class="visually-hidden"> {one.name}</span>
            </button>
            <button type="button" class="button" onClick={() => void users.change(() => changeUser(one.name, { reset_password: true }))}>
              New password<span class="visually-hidden"> for {one.name}</span>
            </button>
          </td>
        </tr>
      )}>
      <form class="settings-form" onSubmit={add}>
        <input class="input" name="name" placeholder="Name" aria-label="Name of the user" pattern="[a-z0-9][a-z0-9._\-]{0,63}" required />
        <label class="settings-check"><input type="checkbox" name="admin" /> Server admin</label>
        <button type="submit" class="button primary">Make a user</button>
      </form>
    </Section>
  );
}

export default function SettingsPage() {
  const list = createProjects();
  const [project, setProject] = createSignal<string | null>(null);
  usePageHead(() => ({ crumbs: [{ label: 'Settings' }], project: null }));
  return (
    <div class="page settings">
      <div class="page-title"><h1>Settings</h1></div>
      <Show when={user()}><Keys /></Show>
      <section class="settings-section">
        <h2>Sharing</h2>
        <select class="select" aria-label="Project to share" onChange={(event) => setProject(event.currentTarget.value || null)}>
          <option value="">Choose a project</option>
          <For each={list.projects() ?? []}>{(one) => <option value={one.name}>{one.name}</option>}</For>
        </select>
      </section>
      <Show when={project()} keyed>{(name) => <Members project={name} />}</Show>
      <Show when={user()?.serverAdmin === true || isOpen()}><Users /></Show>
    </div>
  );
}
