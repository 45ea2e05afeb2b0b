// Teams: who is in them, and what is shared with them. The team that is looked at is in the address.
import { createSignal, For, onMount, Show } from 'solid-js';
import { listProjects } from '../../api/client';
import { deleteTeam, listTeams, makeTeam, type Team } from '../../api/teams';
import { listUsers, type User } from '../../api/access';
import { messageOf } from '../../api/http';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { isRefusal } from '../../lib/failure';
import { plural } from '../../lib/format';
import { lossOf, withMembers } from '../../lib/teams';
import { query, setQuery } from '../../state/location';
import { toast } from '../../state/toasts';
import { Confirm } from './confirm';
import { NameInput, NotAllowed, onFields } from './parts';
import { TeamDetail } from './team_detail';
import './teams.css';

export function Teams() {
  const [teams, setTeams] = createSignal<readonly Team[] | null>(null);
  const [failure, setFailure] = createSignal<unknown>(null);
  const [users, setUsers] = createSignal<readonly User[]>([]);
  const [projects, setProjects] = createSignal<readonly string[]>([]);
  const load = async (): Promise<void> => {
    setFailure(null);
    try {
      const [teams, projects] = await Promise.all([listTeams(), listProjects()]);
      setProjects(projects.map((one) => one.name).sort((a, b) => a.localeCompare(b)));
      setTeams(teams);
    } catch (error) {
      setFailure(error);
      return;
    }
    // Only to offer names and to tell who is disabled: without them a name is written.
    void listUsers().then(setUsers, () => undefined);
  };
  onMount(() => void load());
  return (
    <Show when={teams()} fallback={(
      <Show when={failure()} fallback={<SkeletonRows count={6} kind="row" />}>
        {(error) => (
          <Show when={isRefusal(error())} fallback={<ErrorState title="The teams cannot be read" message={messageOf(error())} onRetry={() => void load()} />}>
            <NotAllowed what="The list of teams" />
          </Show>
        )}
      </Show>
    )}>
      {(all) => <TeamList teams={all()} users={users()} projects={projects()} changed={setTeams} />}
    </Show>
  );
}

function TeamList(props: { teams: readonly Team[]; users: readonly User[]; projects: readonly string[]; changed: (teams: readonly Team[]) => void }) {
  let head!: HTMLHeadingElement;
  const [failed, setFailed] = createSignal<string | null>(null);
  const [doomed, setDoomed] = createSignal<Team | null>(null);
  const named = () => query('team');
  const chosen = () => (named() === null ? props.teams[0] : props.teams.find((team) => team.name === named()));
  const counts = (team: Team): string => `${plural(team.users.length, 'user')} · ${plural(team.projects.length, 'project')}`;
  const add = onFields(async (field) => {
    try {
      props.changed(await makeTeam(field('name')));
      setFailed(null);
      setQuery({ team: field('name') }, 'push');
      return true;
    } catch (error) {
      setFailed(messageOf(error));
      return false;
    }
  });
  const remove = async (team: Team): Promise<void> => {
    const left = await deleteTeam(team.name);
    setQuery({ team: null });
    props.changed(left);
    toast({ text: `Team ${team.name} was deleted` });
  };
  // What asked for it is gone once it is deleted, and the focus with it.
  const closed = (team: Team): void => {
    setDoomed(null);
    if (!props.teams.some((one) => one.name === team.name)) head.focus();
  };
  return (
    <section class="settings-section">
      <h2 ref={head} tabindex="-1">Teams</h2>
      <p class="muted">What is shared with a team is shared with all who are in it, in the highest role that applies to them.</p>
      <form class="settings-form" onSubmit={add}>
        <NameInput label="Name of the team" />
        <button type="submit" class="button primary">Make a team</button>
      </form>
      <Show when={failed()}>{(message) => <p class="settings-failed" role="alert">{message()}</p>}</Show>
      <Show when={props.teams.length > 0} fallback={<EmptyState icon="group" title="No team yet">Make one, put users in it, and share projects with all of them at once.</EmptyState>}>
        <div class="teams">
          <ul class="team-list" aria-label="Teams">
            <For each={props.teams}>
              {(team) => (
                <li>
                  <a href={`?team=${encodeURIComponent(team.name)}`} aria-current={team.name === chosen()?.name ? 'true' : undefined}>
                    <span class="ellipsis">{team.name}</span><span class="faint">{counts(team)}</span>
                  </a>
                </li>
              )}
            </For>
          </ul>
          <Show when={chosen()?.name} keyed fallback={<EmptyState icon="group" title="There is no such team">{named()} may have been deleted.</EmptyState>}>
            {(name) => (
              <TeamDetail team={props.teams.find((team) => team.name === name) ?? { name, users: [], projects: [] }} users={props.users}
                projects={props.projects} changed={props.changed} shared={(project, members) => props.changed(withMembers(props.teams, project, members))} onDelete={setDoomed} />
            )}
          </Show>
        </div>
      </Show>
      <Show when={doomed()}>
        {(team) => (
          <Confirm title={`Delete team ${team().name}?`} label="Delete the team" close={() => closed(team())} act={() => remove(team())}
            text={`${lossOf(team())} This cannot be undone.`} />
        )}
      </Show>
    </section>
  );
}
