// Config, environment and summary of the run against those of another run of its project.
import { createResource, For, Match, Show, Switch } from 'solid-js';
import { getRun, searchRuns } from '../../api/client';
import { messageOf } from '../../api/http';
import type { Run } from '../../api/types';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { nameOf } from '../../lib/legend';
import { query, setQuery } from '../../state/location';
import { DiffTable } from '../compare/diff_table';

const kMostOffered = 200;
const kParts = ['config', 'environment', 'summary'] as const;

export function DiffTab(props: { run: Run }) {
  const [others] = createResource(() => props.run.project, (project) => searchRuns(project, '', kMostOffered).catch(() => []));
  const offered = () => (others() ?? []).filter((run) => run.id !== props.run.id);
  // Without a choice: the run that was begun before this one.
  const before = () => offered().find((run) => run.createdUs <= props.run.createdUs) ?? offered()[0];
  const chosen = () => query('with') ?? before()?.id ?? null;
  const [other, { refetch }] = createResource(chosen, (id) => getRun(id));
  return (
    <div class="run-body run-diff">
      <label class="tool">
        <span class="muted">Against</span>
        <select class="select" aria-label="Run to compare with" onChange={(event) => setQuery({ with: event.currentTarget.value }, 'push')}>
          <For each={offered()}>{(run) => <option value={run.id} selected={run.id === chosen()}>{nameOf(run)}</option>}</For>
        </select>
      </label>
      <Switch fallback={<SkeletonRows count={6} kind="row" />}>
        <Match when={other.error as unknown}>
          <ErrorState title="The other run cannot be read" message={messageOf(other.error)} onRetry={() => void refetch()} />
        </Match>
        <Match when={others.state === 'ready' && chosen() === null}>
          <EmptyState icon="compare" title="There is no other run">This one is alone in its project.</EmptyState>
        </Match>
        <Match when={other.latest}>{(held) => <Show when={held()}><DiffTable runs={[held(), props.run]} parts={kParts} /></Show>}</Match>
      </Switch>
    </div>
  );
}
