// The views of a project: its runs beside the charts of all of them, as a table, or compared.
import { createMemo, lazy, Match, Switch } from 'solid-js';
import type { Run } from '../../api/types';
import { CodeBlock } from '../../components/copy';
import { EmptyState, FailureState, SkeletonRows } from '../../components/feedback';
import { comparePath, projectPath, runsPath } from '../../lib/route';
import { usePageHead } from '../../state/page_head';
import type { RunKeys } from '../../state/project_keys';
import type { ProjectRuns } from '../../state/project_runs';
import { createRole } from '../../state/role';
import { createRunQuery } from '../../state/run_query';
import { createRunSet } from '../../state/run_set';
import { createOpenedView } from '../../state/saved_views';
import { RunsTable } from './runs_table';
import { ViewsButton } from './views_button';
import { Workspace } from './workspace';
import './project_page.css';

const ComparePage = lazy(() => import('../../chunks/compare').then((chunk) => ({ default: chunk.ComparePage })));

export default function ProjectViews(props: {
  project: string;
  view: 'workspace' | 'runs' | 'compare';
  loaded: ProjectRuns;
  keys: RunKeys;
}) {
  const runs = (): Run[] => props.loaded.runs();
  const asked = createRunQuery(() => props.project, runs);
  const set = createRunSet(runs, asked.taken);
  const role = createRole(() => props.project);
  const opened = createOpenedView(() => props.project, () => (props.view === 'workspace' ? 'charts' : props.view));
  const views = () => <ViewsButton project={props.project} view={opened} role={role} />;
  const hasRuns = createMemo(() => runs().length > 0);
  usePageHead(() => ({
    crumbs: [
      { label: 'Projects', href: '/' },
      { label: props.project, href: projectPath(props.project) },
      ...(props.view === 'runs' ? [{ label: 'Runs', href: runsPath(props.project) }] : []),
      ...(props.view === 'compare' ? [{ label: 'Compare', href: comparePath(props.project) }] : []),
    ],
    project: props.loaded.state() === 'error' ? null : props.project,
  }));
  return (
    <Switch>
      <Match when={props.loaded.state() === 'error' && props.loaded.error()}>
        {(failure) => <FailureState failure={failure()} onRetry={props.loaded.retry} />}
      </Match>
      <Match when={props.loaded.state() === 'loading' || opened.isOpening()}>
        <div class="page"><SkeletonRows count={8} kind="row" /></div>
      </Match>
      <Match when={!hasRuns()}><NoRuns project={props.project} /></Match>
      <Match when={props.view === 'workspace'}><Workspace project={props.project} set={set} runs={runs} keys={props.keys} role={role} tools={views()} /></Match>
      <Match when={props.view === 'runs'}><RunsTable project={props.project} set={set} asked={asked} total={runs().length} role={role} reload={props.loaded.reload} tools={views()} /></Match>
      <Match when={props.view === 'compare'}><ComparePage set={set} asked={asked} all={runs()} tools={views()} /></Match>
    </Switch>
  );
}

function NoRuns(props: { project: string }) {
  return (
    <>
      <h1 class="visually-hidden">{props.project}</h1>
      <EmptyState icon="charts" title={`No runs in ${props.project} yet`}>
        <p>The first one appears here by itself.</p>
        <CodeBlock code={`trainer --model google-bert/bert-base-uncased --project ${props.project}`} label="training command" prompt />
      </EmptyState>
    </>
  );
}

