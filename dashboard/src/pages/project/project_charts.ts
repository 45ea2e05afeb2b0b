// The charts of a set of runs, and their running runs followed live: what the workspace and a block of a report draw.
import { createEffect, onCleanup, type Accessor } from 'solid-js';
import type { PanelContext } from '../../components/panels/model';
import type { ChartView } from '../../state/chart_view';
import { live } from '../../state/live';
import { createPanelStores } from '../../state/panel_stores';
import type { RunKeys } from '../../state/project_keys';
import type { RunSet } from '../../state/run_set';
import { createDrawnLines, type DrawnLines } from './drawn_lines';

export interface ProjectCharts {
  lines: DrawnLines;
  context: PanelContext;
}

export interface ChartsNeed {
  set: RunSet;
  view: ChartView;
  keys: RunKeys;
  hasLegend: (lines: DrawnLines) => boolean;
  addToReport?: PanelContext['addToReport'];
  remover?: PanelContext['remover'];
}

export function createProjectCharts({ set, view, keys, hasLegend, addToReport, remover }: ChartsNeed): ProjectCharts {
  const lines = createDrawnLines(set, view);
  const stores = createPanelStores(lines.drawn, view, keys.names);
  followRuns(lines.followed, (id) => live.subscribe({ run: id }, (event) => {
    if (event.type === 'points') {
      keys.sawPoints(id, event.keys);
      stores.append(id, event.keys);
    } else if (event.type === 'resync') {
      stores.refresh(id);
    }
  }));
  return {
    lines,
    context: {
      runs: lines.drawn, view, stores, stepMetric: keys.stepMetric, metricAxes: keys.metricAxes, keyNames: keys.names, groupChoices: lines.choices,
      colors: { by: set.colorBy, colorBy: set.setColorBy, choices: lines.colorChoices, scale: set.colorScale },
      hasLegend: () => hasLegend(lines), ...(addToReport ? { addToReport } : {}), ...(remover ? { remover } : {}),
    },
  };
}

function followRuns(followed: Accessor<readonly string[]>, follow: (id: string) => () => void): void {
  const leaves = new Map<string, () => void>();
  createEffect(() => {
    const running = new Set(followed());
    for (const [id, leave] of leaves) {
      if (running.has(id)) continue;
      leave();
      leaves.delete(id);
    }
    for (const id of running) if (!leaves.has(id)) leaves.set(id, follow(id));
  });
  onCleanup(() => leaves.forEach((leave) => leave()));
}
