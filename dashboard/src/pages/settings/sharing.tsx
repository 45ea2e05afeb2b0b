// With whom a project is shared, in which role. The project is in the address.
import { createSignal, For, onMount, Show } from 'solid-js';
import { listTeams } from '../../api/teams';
import { listMembers, listUsers, share, unshare, type Member } from '../../api/access';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { query, setQuery } from '../../state/location';
import { createProjects } from '../../state/projects';
import { createRole } from '../../state/role';
import { isOpen, user } from '../../state/session';
import { toast } from '../../state/toasts';
import { Confirm } from './confirm';
import { createChanging, NameInput, onFields, RoleSelect, Section } from './parts';

// Only server admins may read who there is; others write the name.
async function namesOf(kind: Member['kind']): Promise<string[]> {
  if (!isOpen() && user()?.serverAdmin !== true) return [];
  const found = await (kind === 'user' ? listUsers() : listTeams()).catch(() => []);
  return found.map((one) => one.name);
}

function Members(props: { project: string }) {
  // The page makes this anew for another project.
  const project = props.project;
  const members = createChanging(() => listMembers(project));
  const role = createRole(() => project);
  const [kind, setKind] = createSignal<Member['kind']>('user');
  const [names, setNames] = createSignal<readonly string[]>([]);
  const [leaving, setLeaving] = createSignal<Member | null>(null);
  const offer = (of: Member['kind']): void => {
    setKind(of);
    void namesOf(of).then((found) => { if (kind() === of) setNames(found); });
  };
  onMount(() => offer('user'));
  const give = (member: Member): Promise<boolean> => members.change(async () => {
    await share(project, member);
    return undefined;
  });
  const add = onFields(async (field) => {
    const done = await give({ kind: field('kind') === 'team' ? 'team' : 'user', name: field('name'), role: field('role') });
    // The form is emptied: it begins with a user again.
    if (done) offer('user');
    return done;
  });
  const choose = (member: Member, to: string, select: HTMLSelectElement): void => {
    void give({ ...member, role: to }).then((done) => {
      if (done) toast({ text: `${member.name} is ${to} of ${project} now`, action: { label: 'Undo', run: () => void give(member) } });
      else select.value = member.role;
    });
  };
  const take = async (member: Member): Promise<void> => {
    const done = await members.change(async () => {
      await unshare(project, member);
      return undefined;
    });
    if (done) toast({ text: `${project} is not shared with ${member.name} any more`, action: { label: 'Undo', run: () => void give(member) } });
  };
  const leave = async (member: Member): Promise<void> => {
    await unshare(project, member);
    toast({ text: `You left ${project}` });
    setQuery({ project: null }, 'push');
  };
  // What one takes from oneself, another has to give back.
  const isSelf = (member: Member): boolean => member.kind === 'user' && member.name === user()?.name && user()?.serverAdmin !== true;
  return (
    <Section title={`Members of ${project}`} note="Viewers see it, writers log to it, admins share it. Server admins may do all of that everywhere."
      state={members} none="It is shared with nobody: server admins alone see it." head={['Kind', 'Name', 'Role', '']}
      row={(member: Member) => (
        <tr>
          <td>{member.kind}</td><td>{member.name}</td>
          <td>
            <Show when={role.mayShare() && !isSelf(member)} fallback={member.role}>
              <RoleSelect label={`Role of ${member.name}`} chosen={member.role} onChoose={(to, select) => choose(member, to, select)} />
            </Show>
          </td>
          <td>
            <Show when={role.mayShare()}><button type="button" class="button" aria-label={`Remove ${member.name}`}
              onClick={() => { if (isSelf(member)) setLeaving(member); else void take(member); }}>Remove</button></Show>
          </td>
        </tr>
      )}>
      <Show when={role.mayShare()} fallback={<p class="faint">An admin of the project can share it, and say who may what.</p>}>
        <form class="settings-form" onSubmit={add}>
          <select class="select" name="kind" aria-label="Kind" onChange={(event) => offer(event.currentTarget.value === 'team' ? 'team' : 'user')}>
            <option value="user" selected={kind() === 'user'}>user</option><option value="team" selected={kind() === 'team'}>team</option>
          </select>
          <NameInput label="Name of the user or team" list="sharing-names" />
          <datalist id="sharing-names"><For each={names()}>{(name) => <option value={name} />}</For></datalist>
          <RoleSelect name="role" label="Role" chosen="viewer" />
          <button type="submit" class="button primary">Share</button>
        </form>
      </Show>
      <Show when={leaving()}>
        {(member) => (
          <Confirm title={`Leave ${project}?`} label="Leave" close={() => setLeaving(null)} act={() => leave(member())}
            text="You are taken off the project, and see it only if it is shared with a team of yours. Another admin of it has to let you in again." />
        )}
      </Show>
    </Section>
  );
}

export function Sharing() {
  const list = createProjects();
  const chosen = () => query('project');
  return (
    <>
      <section class="settings-section">
        <h2>Sharing</h2>
        <p class="muted">A project is seen by those it is shared with, and by server admins.</p>
        <Show when={list.projects()} fallback={(
          <Show when={list.error()} fallback={<div class="settings-wide"><SkeletonRows count={1} kind="row" /></div>}>
            {(message) => <ErrorState title="The projects cannot be read" message={message()} onRetry={list.retry} />}
          </Show>
        )}>
          {(projects) => (
            <Show when={projects().length > 0} fallback={<EmptyState icon="projects" title="No project to share">One is there once a run is logged to it. <a class="link in-text" href="/start">Log a run</a></EmptyState>}>
              <select class="select" aria-label="Project to share" onChange={(event) => setQuery({ project: event.currentTarget.value }, 'push')}>
                <option value="" selected={chosen() === null}>Choose a project</option>
                <For each={projects()}>{(one) => <option value={one.name} selected={one.name === chosen()}>{one.name}</option>}</For>
              </select>
            </Show>
          )}
        </Show>
      </section>
      <Show when={chosen()} keyed>{(name) => <Members project={name} />}</Show>
    </>
  );
}
