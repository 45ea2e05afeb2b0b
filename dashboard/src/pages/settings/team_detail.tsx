// One team: its users, and the projects that are shared with it.
import { For, Show } from 'solid-js';
import { joinTeam, leaveTeam, type Team, type TeamProject } from '../../api/teams';
import { share, unshare, type Member, type User } from '../../api/access';
import { Icon } from '../../components/icons';
import { projectPath } from '../../lib/route';
import { unsharedProjects } from '../../lib/teams';
import { toast } from '../../state/toasts';
import { createAttempt, NameInput, onFields, RoleSelect } from './parts';

export function TeamDetail(props: {
  team: Team; users: readonly User[];
  // All of the server.
  projects: readonly string[];
  changed: (teams: readonly Team[]) => void;
  // With whom a project is shared now.
  shared: (project: string, members: readonly Member[]) => void;
  onDelete: (team: Team) => void;
}) {
  return (
    <div class="team-detail card">
      <div class="card-head">
        <h3 class="ellipsis">{props.team.name}</h3>
        <button type="button" class="button danger" aria-label={`Delete team ${props.team.name}`} onClick={() => props.onDelete(props.team)}>
          <Icon name="trash" />Delete
        </button>
      </div>
      <TeamUsers team={props.team} users={props.users} changed={props.changed} />
      <TeamProjects team={props.team} projects={props.projects} shared={props.shared} />
    </div>
  );
}

function TeamUsers(props: { team: Team; users: readonly User[]; changed: (teams: readonly Team[]) => void }) {
  let input!: HTMLInputElement;
  const { failed, attempt } = createAttempt();
  const others = () => props.users.filter((user) => !user.disabled && !props.team.users.includes(user.name));
  const isDisabled = (name: string): boolean => props.users.find((user) => user.name === name)?.disabled === true;
  const join = (name: string): Promise<boolean> => attempt(async () => props.changed(await joinTeam(props.team.name, name)));
  const leave = async (name: string): Promise<void> => {
    const team = props.team.name;
    if (!await attempt(async () => props.changed(await leaveTeam(team, name)))) return;
    toast({ text: `${name} was taken out of ${team}`, action: { label: 'Undo', run: () => void join(name) } });
    // What was pressed is gone.
    input.focus();
  };
  return (
    <section class="team-part" aria-label={`Users of ${props.team.name}`}>
      <h4>Users</h4>
      <Show when={props.team.users.length > 0} fallback={<p class="faint">Nobody is in it yet.</p>}>
        <ul class="team-users">
          <For each={props.team.users}>
            {(name) => (
              <li class="team-user">
                <span class="ellipsis">{name}</span>
                <Show when={isDisabled(name)}><span class="faint">disabled</span></Show>
                <button type="button" class="icon-button" aria-label={`Take ${name} out of ${props.team.name}`} title="Take out" onClick={() => void leave(name)}><Icon name="close" /></button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <form class="settings-form" onSubmit={onFields((field) => join(field('user')))}>
        <NameInput ref={(made) => { input = made; }} label="User to put in the team" name="user" placeholder="Name of a user" list="team-users" />
        <datalist id="team-users"><For each={others()}>{(user) => <option value={user.name} />}</For></datalist>
        <button type="submit" class="button">Put in</button>
      </form>
      <Show when={failed()}>{(message) => <p class="settings-failed" role="alert">{message()}</p>}</Show>
    </section>
  );
}

function TeamProjects(props: { team: Team; projects: readonly string[]; shared: (project: string, members: readonly Member[]) => void }) {
  let add!: HTMLSelectElement;
  const { failed, attempt } = createAttempt();
  const open = () => unsharedProjects(props.projects, props.team);
  const give = (project: string, role: string, team = props.team.name): Promise<boolean> =>
    attempt(async () => props.shared(project, await share(project, { kind: 'team', name: team, role })));
  const choose = async (one: TeamProject, role: string, select: HTMLSelectElement): Promise<void> => {
    const team = props.team.name;
    if (await give(one.name, role)) toast({ text: `${team} is ${role} of ${one.name} now`, action: { label: 'Undo', run: () => void give(one.name, one.role, team) } });
    else select.value = one.role;
  };
  const take = async (one: TeamProject): Promise<void> => {
    const team = props.team.name;
    if (!await attempt(async () => props.shared(one.name, await unshare(one.name, { kind: 'team', name: team, role: one.role })))) return;
    toast({ text: `${one.name} is not shared with ${team} any more`, action: { label: 'Undo', run: () => void give(one.name, one.role, team) } });
    add.focus();
  };
  return (
    <section class="team-part" aria-label={`Projects of ${props.team.name}`}>
      <h4>Projects</h4>
      <Show when={props.team.projects.length > 0} fallback={<p class="faint">No project is shared with it.</p>}>
        <ul class="team-projects">
          <For each={props.team.projects}>
            {(one) => (
              <li>
                <a class="link ellipsis" href={projectPath(one.name)}>{one.name}</a>
                <RoleSelect label={`Role of ${props.team.name} in ${one.name}`} chosen={one.role} onChoose={(role, select) => void choose(one, role, select)} />
                <button type="button" class="icon-button" aria-label={`Share ${one.name} no more with ${props.team.name}`} title="Share no more" onClick={() => void take(one)}><Icon name="close" /></button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <form class="settings-form" onSubmit={onFields((field) => give(field('project'), field('role')))}>
        <select ref={add} class="select" name="project" aria-label="Project to share with the team" required>
          <option value="">{open().length === 0 ? 'No other project' : 'Choose a project'}</option>
          <For each={open()}>{(name) => <option value={name}>{name}</option>}</For>
        </select>
        <RoleSelect name="role" label="Role of the team" chosen="viewer" />
        <button type="submit" class="button" disabled={open().length === 0}>Share</button>
      </form>
      <Show when={failed()}>{(message) => <p class="settings-failed" role="alert">{message()}</p>}</Show>
    </section>
  );
}
