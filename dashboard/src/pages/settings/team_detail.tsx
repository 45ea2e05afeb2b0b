// One team: its users, and the projects that are shared with it.
import { For, Show } from 'solid-js';
import { joinTeam, leaveTeam, type Team } from '../../api/teams';
import type { User } from '../../api/access';
import { messageOf } from '../../api/http';
import { Icon } from '../../components/icons';
import { SkeletonRows } from '../../components/feedback';
import { projectPath } from '../../lib/route';
import { unsharedProjects, type TeamProject } from '../../lib/teams';
import type { Shares } from '../../state/shares';
import { toast } from '../../state/toasts';
import { createAttempt, kNameRule, onFields, RoleSelect } from './parts';

export function TeamDetail(props: {
  team: Team; users: readonly User[]; shares: Shares;
  // null until they are read.
  projects: readonly TeamProject[] | null;
  changed: (teams: readonly Team[]) => void;
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
      <TeamProjects team={props.team.name} projects={props.projects} shares={props.shares} />
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
        <input ref={input} class="input" name="user" placeholder="Name of a user" aria-label="User to put in the team" list="team-users" {...kNameRule} required />
        <datalist id="team-users"><For each={others()}>{(user) => <option value={user.name} />}</For></datalist>
        <button type="submit" class="button">Put in</button>
      </form>
      <Show when={failed()}>{(message) => <p class="settings-failed" role="alert">{message()}</p>}</Show>
    </section>
  );
}

function TeamProjects(props: { team: string; projects: readonly TeamProject[] | null; shares: Shares }) {
  let add!: HTMLSelectElement;
  const { failed, attempt } = createAttempt();
  const open = () => unsharedProjects(props.shares.members() ?? new Map<string, never>(), props.team);
  const give = (project: string, role: string): Promise<boolean> =>
    attempt(() => props.shares.share(project, { kind: 'team', name: props.team, role }));
  const choose = async (one: TeamProject, role: string, select: HTMLSelectElement): Promise<void> => {
    const team = props.team;
    if (await give(one.project, role)) toast({ text: `${team} is ${role} of ${one.project} now`, action: { label: 'Undo', run: () => void give(one.project, one.role) } });
    else select.value = one.role;
  };
  const take = async (one: TeamProject): Promise<void> => {
    const team = props.team;
    if (!await attempt(() => props.shares.unshare(one.project, { kind: 'team', name: team, role: one.role }))) return;
    toast({ text: `${one.project} is not shared with ${team} any more`, action: { label: 'Undo', run: () => void give(one.project, one.role) } });
    add.focus();
  };
  return (
    <section class="team-part" aria-label={`Projects of ${props.team}`}>
      <h4>Projects</h4>
      <Show when={props.projects} fallback={(
        <Show when={props.shares.failure()} fallback={<SkeletonRows count={2} kind="row" />}>
          {(error) => (
            <p class="settings-failed" role="alert">
              With whom projects are shared cannot be read: {messageOf(error())}.{' '}
              <button type="button" class="button" onClick={() => void props.shares.load()}>Try again</button>
            </p>
          )}
        </Show>
      )}>
        {(projects) => (
          <>
            <Show when={projects().length > 0} fallback={<p class="faint">No project is shared with it.</p>}>
              <ul class="team-projects">
                <For each={projects()}>
                  {(one) => (
                    <li>
                      <a class="link ellipsis" href={projectPath(one.project)}>{one.project}</a>
                      <RoleSelect label={`Role of ${props.team} in ${one.project}`} chosen={one.role} onChoose={(role, select) => void choose(one, role, select)} />
                      <button type="button" class="icon-button" aria-label={`Share ${one.project} no more with ${props.team}`} title="Share no more" onClick={() => void take(one)}><Icon name="close" /></button>
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
          </>
        )}
      </Show>
      <Show when={failed()}>{(message) => <p class="settings-failed" role="alert">{message()}</p>}</Show>
    </section>
  );
}
