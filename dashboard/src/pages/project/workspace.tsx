// The run list and the charts of the runs in it. Eye: drawn or not. Filter: in the set or not.
import { createSignal, lazy, Show, Suspense, untrack, type Accessor, type JSX } from 'solid-js';
import type { Run } from '../../api/types';
import { PanelGrid } from '../../components/panels/panel_grid';
import { SkeletonRows } from '../../components/feedback';
import { createChartView } from '../../state/chart_view';
import type { RunKeys } from '../../state/project_keys';
import type { ProjectRole } from '../../state/role';
import type { RunSet } from '../../state/run_set';
import { createProjectCharts } from './project_charts';
import { RunList } from './run_list';
import { WorkspaceMedia } from './workspace_media';

const AddToReport = lazy(() => import('../../chunks/reports').then((chunk) => ({ default: chunk.AddToReport })));

export function Workspace(props: { project: string; set: RunSet; runs: Accessor<Run[]>; keys: RunKeys; role: ProjectRole; tools: JSX.Element }) {
  const view = createChartView();
  const [isListShown, setListShown] = createSignal(innerWidth > 720);
  // The panel that goes into a report.
  const [added, setAdded] = createSignal<string | null>(null);
  const keys = untrack(() => props.keys);
  const { lines, context } = createProjectCharts({
    set: untrack(() => props.set), view, keys,
    hasLegend: (drawn) => !isListShown() || drawn.isGrouped(),
    addToReport: () => (props.role.mayWrite() ? setAdded : null),
  });
  return (
    <div class="workspace" classList={{ 'list-shown': isListShown() }}>
      <h1 class="visually-hidden">Charts of {props.project}</h1>
      <RunList set={props.set} lines={lines} total={props.runs().length} view={view} isShown={isListShown()} onShow={setListShown} />
      <div class="workspace-charts">
        <Show when={keys.state() === 'ready'} fallback={<div class="waiting"><SkeletonRows count={9} kind="card" /></div>}>
          <PanelGrid context={context} keys={keys.keys()} drawn={lines.told(props.runs().length)} empty="These runs have logged no numbers yet." tools={props.tools} />
          <Suspense><WorkspaceMedia runs={lines.drawn()} search={view.keyFilter()} changes={props.set.drawn()} /></Suspense>
        </Show>
      </div>
      <Suspense>
        <Show when={added()}>{(key) => <AddToReport project={props.project} panel={key()} close={() => setAdded(null)} />}</Show>
      </Suspense>
    </div>
  );
}
