// The run list and the charts of the runs in it. Eye: drawn or not. Filter: in the set or not.
import { createEffect, createMemo, createSignal, onCleanup, Show, type Accessor } from 'solid-js';
import type { Run } from '../../api/types';
import type { DrawnRun, PanelContext } from '../../components/panels/model';
import { PanelGrid } from '../../components/panels/panel_grid';
import { SkeletonRows } from '../../components/feedback';
import { formatCount, plural } from '../../lib/format';
import { createChartView } from '../../state/chart_view';
import { live } from '../../state/live';
import { createRunKeys } from '../../state/project_keys';
import type { RunSet } from '../../state/run_set';
import { createSeriesStore } from '../../state/series_store';
import { RunList } from './run_list';

// The newest runs tell which keys there are; older ones rarely know another.
const kRunsAskedForKeys = 24;

export function Workspace(props: { project: string; set: RunSet; runs: Accessor<Run[]> }) {
  const view = createChartView();
  const [isListShown, setListShown] = createSignal(innerWidth > 720);

  const drawn = createMemo(
    () => props.set.drawn().map((run): DrawnRun => ({
      id: run.id, label: run.name === '' ? run.id.slice(0, 8) : run.name, createdUs: run.createdUs, color: props.set.colorOf(run.id),
    })),
    undefined,
    { equals: (a, b) => a.length === b.length && a.every((run, i) => run.id === b[i]!.id && run.label === b[i]!.label) },
  );
  const asked = createMemo(() => props.runs().slice(0, kRunsAskedForKeys).map((run) => run.id), undefined, {
    equals: (a, b) => a.join() === b.join(),
  });
  const keys = createRunKeys(asked);
  const history = createSeriesStore({ runs: drawn, x: view.main.x, range: view.main.range });
  const system = createSeriesStore({ runs: drawn, x: view.system.x, range: view.system.range });
  const context: PanelContext = { runs: drawn, view, history, system, hasLegend: () => !isListShown() };

  const leaves = new Map<string, () => void>();
  createEffect(() => {
    const running = new Set(props.set.drawn().filter((run) => run.state === 'running').map((run) => run.id));
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
        history.append(id, event.keys);
        system.append(id, event.keys);
      } else if (event.type === 'resync') {
        history.refresh(id);
        system.refresh(id);
      }
    });
  }

  const drawnText = (): string => {
    const all = props.set.visibleCount();
    const shown = drawn().length;
    if (shown < all) return `newest ${formatCount(shown)} of ${plural(all, 'visible run')} drawn`;
    return `${formatCount(shown)} of ${plural(props.runs().length, 'run')} drawn`;
  };

  return (
    <div class="workspace" classList={{ 'list-shown': isListShown() }}>
      <h1 class="visually-hidden">Charts of {props.project}</h1>
      <RunList set={props.set} total={props.runs().length} view={view} isShown={isListShown()} onShow={setListShown} />
      <div class="workspace-charts">
        <Show when={keys.state() === 'ready'} fallback={<div class="waiting"><SkeletonRows count={9} kind="card" /></div>}>
          <PanelGrid context={context} keys={keys.keys()} drawn={drawnText()} empty="These runs have logged no numbers yet." />
        </Show>
      </div>
    </div>
  );
}
