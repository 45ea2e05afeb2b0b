// What panels share: which runs they draw, and how.
import type { Accessor } from 'solid-js';
import type { ChartView, AxisView } from '../../state/chart_view';
import type { SeriesStore } from '../../state/series_store';

export interface DrawnRun {
  id: string;
  label: string;
  createdUs: number;
  // Place in the palette: the same run has the same colour everywhere on the page.
  color: number;
}

export interface PanelContext {
  runs: Accessor<readonly DrawnRun[]>;
  view: ChartView;
  history: SeriesStore;
  system: SeriesStore;
  // Panels name their lines themselves where no run list stands beside them.
  hasLegend: Accessor<boolean>;
}

export const isSystem = (section: string): boolean => section === 'system';
export const storeOf = (context: PanelContext, section: string): SeriesStore =>
  isSystem(section) ? context.system : context.history;
export const axisOf = (context: PanelContext, section: string): AxisView =>
  isSystem(section) ? context.view.system : context.view.main;
