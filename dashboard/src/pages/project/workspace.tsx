// The run list and the charts of the runs in it. Eye: drawn or not. Filter: in the set or not.
import { createEffect, createSignal, lazy, onCleanup, Show, Suspense, untrack, type Accessor } from 'solid-js';
import type { Run } from '../../api/types';
import type { PanelContext } from '../../components/panels/model';
import { PanelGrid } from '../../components/panels/panel_grid';
import { SkeletonRows } from '../../components/feedback';
import { createChartView } from '../../state/chart_view';
import { live } from '../../state/live';
import type { RunKeys } from '../../state/project_keys';
import type { RunSet } from '../../state/run_set';
import { createPanelStores } from '../../state/panel_stores';
import { createDrawnLines } from './drawn_lines';
import { RunList } from './run_list';

const WorkspaceMedia = lazy(() => import('./workspace_media'));

export function Workspace(props: { project: string; set: RunSet; runs: Accessor<Run[]>; keys: RunKeys }) {
  const view = createChartView();
  const [isListShown, setListShown] = createSignal(innerWidth > 720);

  const lines = createDrawnLines(props.set, view);
  const keys = untrack(() => props.keys);
  const stores = createPanelStores(lines.drawn, view, keys.names);
  const context: PanelContext = {
    runs: lines.drawn, view, stores, stepMetric: keys.stepMetric, metricAxes: keys.metricAxes, keyNames: keys.names, groupChoices: lines.choices,
    colors: { by: props.set.colorBy, colorBy: props.set.setColorBy, choices: lines.colorChoices, scale: props.set.colorScale },
    hasLegend: () => !isListShown() || lines.isGrouped(),
  };

  const leaves = new Map<string, () => void>();
  createEffect(() => {
    const running = new Set(lines.followed());
    for (const [id, leave] of leaves) {
      if (running.has(id)) continue;
      leave();
      leaves.delete(id);
    }
    for (const id of running) if (!leaves.has(id)) leaves.set(id, follow(id));
  });
  onCleanup(() => leaves.forEach((leave) => leave()));

  function follow(id: string): () => void {
    return live.subscribe({ run: id }, (event) => {
      if (event.type === 'points') {
        keys.sawPoints(id, event.keys);
        stores.append(id, event.keys);
      } else if (event.type === 'resync') {
        stores.refresh(id);
      }
    });
  }

  return (
    <div class="workspace" classList={{ 'list-shown': isListShown() }}>
      <h1 class="visually-hidden">Charts of {props.project}</h1>
      <RunList set={props.set} lines={lines} total={props.runs().length} view={view} isShown={isListShown()} onShow={setListShown} />
      <div class="workspace-charts">
        <Show when={keys.state() === 'ready'} fallback={<div class="waiting"><SkeletonRows count={9} kind="card" /></div>}>
          <PanelGrid context={context} keys={keys.keys()} drawn={lines.told(props.runs().length)} empty="These runs have logged no numbers yet." />
          <Suspense><WorkspaceMedia runs={lines.drawn()} search={view.keyFilter()} changes={props.set.drawn()} /></Suspense>
        </Show>
      </div>
    </div>
  );
}
