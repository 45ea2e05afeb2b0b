// What panels share: which lines they draw, and how.
import type { Accessor } from 'solid-js';
import type { XMode } from '../../api/types';
import type { ColorScale } from '../../lib/run_colors';
import type { RunColor } from '../../lib/palette';
import type { AxisView, ChartView } from '../../state/chart_view';
import type { PanelStores } from '../../state/panel_stores';
import type { Source } from '../../state/series_source';
import type { SeriesStore } from '../../state/series_store';

// A run, or a group of runs, as the charts draw it.
export interface DrawnRun extends Source {
  label: string;
  // Place in the palette: the same run has the same colour everywhere on the page.
  color: RunColor;
  // Lies over the other lines.
  isPinned?: boolean;
}

export interface FieldChoice {
  fields: readonly string[];
  label: string;
}

export interface ColorTool {
  // A column; null: each run has a colour of its own.
  by: Accessor<string | null>;
  colorBy: (field: string | null) => void;
  choices: Accessor<readonly FieldChoice[]>;
  // Of numbers.
  scale: Accessor<ColorScale | null>;
}

export interface PanelContext {
  runs: Accessor<readonly DrawnRun[]>;
  view: ChartView;
  stores: PanelStores;
  // The x that define_metric gave a key.
  stepMetric: (key: string) => string | null;
  // Keys that can be an x axis.
  metricAxes: Accessor<readonly string[]>;
  // All keys: what an expression can name.
  keyNames: Accessor<readonly string[]>;
  // What runs can be grouped by; empty where there is one run.
  groupChoices: Accessor<readonly FieldChoice[]>;
  // What runs can be coloured by; absent where there is one run.
  colors?: ColorTool;
  // Takes a panel into a report; null for who may not, absent where there are none.
  addToReport?: () => ((key: string) => void) | null;
  // What takes a panel away, null for one that stays; absent: expressions go from the view.
  remover?: (key: string) => (() => void) | null;
  // Panels name their lines themselves where no run list stands beside them.
  hasLegend: Accessor<boolean>;
}

export const isSystem = (section: string): boolean => section === 'system';

// Samples of the machine have no step and no other metric beside them: then they are over time.
export function axisOf(context: PanelContext, section: string, key: string): AxisView {
  const chosen = context.view.x();
  if (isSystem(section)) return context.view.axis(chosen === 'time' ? 'time' : 'relative');
  const own = context.stepMetric(key);
  return context.view.axis(chosen ?? (own === null ? 'step' : `metric:${own}`));
}

export const storeOf = (context: PanelContext, section: string, key: string): SeriesStore =>
  context.stores.at(axisOf(context, section, key).x);

export const xName = (x: XMode): string => (x.startsWith('metric:') ? x.slice(7) : x);
