// What the plots of runs can have on their axes, and how their marks are coloured.
import { createMemo, type Accessor } from 'solid-js';
import type { Run } from '../../api/types';
import { makeAxis, type AxisValue } from '../../charts/plot_axis';
import { cellValue, chooseColumns, columnLabel, type ColumnId } from '../../lib/columns';
import { scaleColor } from '../../lib/color_scale';
import { asNumber } from '../../lib/flatten';
import { lineStyle, type Theme } from '../../lib/palette';

export function axisValue(run: Run, column: ColumnId): AxisValue {
  const value = cellValue(run, column);
  if (value === undefined || value === null || value === '') return null;
  const number = asNumber(value);
  if (number !== null) return Number.isFinite(number) ? number : null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export interface PlotColumns {
  metrics: ColumnId[];
  // That differ between the runs.
  parameters: ColumnId[];
  all: ColumnId[];
}

const kMostCategories = 30;

export function createPlotColumns(runs: Accessor<readonly Run[]>): Accessor<PlotColumns> {
  return createMemo(() => {
    const columns = chooseColumns(runs());
    const has = (column: ColumnId): AxisValue[] => runs().map((run) => axisValue(run, column));
    const metrics = columns.all.filter((c) => c.startsWith('summary.') && has(c).some((value) => typeof value === 'number'));
    const chosen = columns.chosen.filter((c) => metrics.includes(c));
    const parameters = columns.all.filter((c) => c.startsWith('config.') && isUseful(has(c)));
    return {
      metrics: [...chosen, ...metrics.filter((c) => !chosen.includes(c))],
      parameters,
      all: [...metrics, ...parameters, 'duration', 'created'],
    };
  });
}

// Not constant, and not an id or a path that each run has for itself.
function isUseful(values: readonly AxisValue[]): boolean {
  const different = new Set(values);
  if (different.size < 2) return false;
  return values.every((value) => typeof value !== 'string') || different.size <= kMostCategories;
}

export const labelOf = (column: ColumnId): string =>
  column.startsWith('config.') || column.startsWith('summary.') ? columnLabel(column) : column;

// Numbers along the scale, categories by the palette.
export function colorsBy(runs: readonly Run[], column: ColumnId, theme: Theme): (run: Run) => string {
  const values = runs.map((run) => axisValue(run, column));
  const axis = makeAxis(column, values);
  const places = new Map(axis.ticks.map((tick, i) => [tick.label, i]));
  return (run) => {
    const value = axisValue(run, column);
    if (axis.kind === 'category') return lineStyle(places.get(value === null ? 'unset' : String(value)) ?? 0, theme).color;
    const at = axis.place(value);
    return at === null ? (theme === 'light' ? '#868e9c' : '#707988') : scaleColor(at, theme);
  };
}
