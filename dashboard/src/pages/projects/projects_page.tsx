// All projects; the page that a fresh server opens on is the first-run page instead.
import { createMemo, createSignal, For, Match, Show, Switch } from 'solid-js';
import type { Project } from '../../api/types';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { Pulse } from '../../components/state_badge';
import { formatAgo, formatCount, formatDate, formatDateTime, plural } from '../../lib/format';
import { projectPath } from '../../lib/route';
import { createClock } from '../../state/clock';
import { usePageHead } from '../../state/page_head';
import { createProjects } from '../../state/projects';
import { FirstRunPage } from '../first_run/first_run_page';
import './projects_page.css';

const kSearchFrom = 8;

function ProjectRow(props: { project: Project; nowUs: number }) {
  return (
    <li>
      <a class="project-row" href={projectPath(props.project.name)}>
        <span class="project-name ellipsis">{props.project.name}</span>
        <span class="project-running">
          <Show when={props.project.runningCount > 0}>
            <span class="state state-running"><Pulse />{formatCount(props.project.runningCount)} running</span>
          </Show>
        </span>
        <span class="muted">{plural(props.project.runCount, 'run')}</span>
        <span class="muted" title={props.project.lastActivityUs === null ? undefined : formatDateTime(props.project.lastActivityUs)}>
          {props.project.lastActivityUs === null ? 'no data yet' : formatAgo(props.project.lastActivityUs, props.nowUs)}
        </span>
        <span class="faint project-created" title={formatDateTime(props.project.createdUs)}>{formatDate(props.project.createdUs)}</span>
      </a>
    </li>
  );
}

function ProjectList(props: { projects: readonly Project[] }) {
  const now = createClock(5000);
  const [search, setSearch] = createSignal('');
  const shown = createMemo(() => props.projects.filter((p) => p.name.toLowerCase().includes(search().toLowerCase())));
  usePageHead(() => ({ crumbs: [{ label: 'Projects' }], project: null }));
  return (
    <div class="page">
      <div class="page-title">
        <h1>Projects</h1>
        <span class="faint">{formatCount(props.projects.length)}</span>
        <Show when={props.projects.length >= kSearchFrom}>
          <div class="search project-search">
            <Icon name="search" />
            <input class="input" type="search" placeholder="Search" aria-label="Search projects" value={search()}
              onInput={(event) => setSearch(event.currentTarget.value)} />
          </div>
        </Show>
      </div>
      <div class="project-list">
        <div class="project-row project-labels" aria-hidden="true">
          <span>Name</span><span /><span>Runs</span><span>Last activity</span><span class="project-created">Created</span>
        </div>
        <ul>
          <For each={shown()} fallback={<li><EmptyState icon="search" title="No project matches">Try a shorter name.</EmptyState></li>}>
            {(project) => <ProjectRow project={project} nowUs={now()} />}
          </For>
        </ul>
      </div>
    </div>
  );
}

export function ProjectsPage() {
  const { projects, error, retry } = createProjects();
  usePageHead(() => ({ crumbs: [{ label: 'Projects' }], project: null }));
  return (
    <Switch fallback={<div class="page"><SkeletonRows count={5} kind="row" /></div>}>
      <Match when={projects()?.length === 0}><FirstRunPage known={projects} /></Match>
      <Match when={projects()}>{(list) => <ProjectList projects={list()} />}</Match>
      <Match when={error()}>
        {(message) => <ErrorState title="The projects cannot be read" message={message()} onRetry={retry} />}
      </Match>
    </Switch>
  );
}
