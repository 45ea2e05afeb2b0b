// Geometry and painting of simple plots (lib/vega_plot.ts). Lengths are CSS pixels.
import { lineStyle, type Theme } from '../lib/palette';
import type { PlotChannel, SimplePlot } from '../lib/vega_plot';
import { categoryAxis, makeAxis, type AxisValue, type PlotAxis } from './plot_axis';
import { paintScatter, type Box } from './run_plots';

export interface PlacedSeries {
  name: string;
  // By x where the plot is a line, as Vega-Lite draws it; null where a value has no place: a line is broken there.
  points: ({ x: number; y: number } | null)[];
}

export interface PlacedPlot {
  box: Box;
  x: PlotAxis;
  y: PlotAxis;
  // In the order of their names.
  series: PlacedSeries[];
  // Of bars: their width, and where they stand.
  barWidth: number;
  zero: number;
}

const kBarShare = 0.8;

// Room for half a bar on both sides.
const inset = (axis: PlotAxis, by: number): PlotAxis => {
  const move = (at: number): number => by + at * (1 - 2 * by);
  return {
    ...axis, ticks: axis.ticks.map((tick) => ({ ...tick, at: move(tick.at) })),
    place: (value) => { const at = axis.place(value); return at === null ? null : move(at); },
  };
};

export const boxOf = ({ width, height }: { width: number; height: number }): Box => ({ left: 62, top: 12, width: Math.max(10, width - 78), height: Math.max(10, height - 40) });

const axisOf = ({ title, values, scale, zero }: PlotChannel, order: readonly string[] | null, most?: number): PlotAxis =>
  (order ? categoryAxis(title, order) : makeAxis(title, zero ? [...values, 0] : values, scale, most));

export function placePlot(plot: SimplePlot, box: Box): PlacedPlot {
  const most = Math.max(2, Math.floor(box.width / 90));
  const isBar = plot.mark === 'bar';
  const places = new Set(plot.x.values).size;
  const x = inset(axisOf(plot.x, plot.x.order, most), isBar ? 0.5 / Math.max(1, places) : 0);
  // Names go downwards, the first on top, as in Vega-Lite.
  const y = axisOf({ ...plot.y, zero: isBar || plot.y.zero }, plot.y.order && [...plot.y.order].reverse());
  const groups = new Map((plot.color?.order ?? ['']).map((name): [string, number[]] => [name, []]));
  plot.x.values.forEach((_, i) => groups.get(plot.color?.names[i] ?? '')!.push(i));
  const at = (value: AxisValue, axis: PlotAxis): number | null => axis.place(value);
  const series = [...groups].map(([name, rows]): PlacedSeries => {
    const sorted = plot.mark === 'line' ? [...rows].sort((a, b) => (at(plot.x.values[a]!, x) ?? 0) - (at(plot.x.values[b]!, x) ?? 0)) : rows;
    return {
      name, points: sorted.map((i) => {
        const [px, py] = [at(plot.x.values[i]!, x), at(plot.y.values[i]!, y)];
        return px === null || py === null ? null : { x: box.left + px * box.width, y: box.top + (1 - py) * box.height };
      }),
    };
  });
  return { box, x, y, series, barWidth: (kBarShare * box.width) / Math.max(1, places), zero: box.top + (1 - (y.place(0) ?? 0)) * box.height };
}

export const colorOf = (index: number, theme: Theme): string => lineStyle(index, theme).color;

function strokeLine(context: CanvasRenderingContext2D, { points }: PlacedSeries): void {
  context.beginPath();
  let open = false;
  for (const point of points) {
    if (point && open) context.lineTo(point.x, point.y);
    else if (point) context.moveTo(point.x, point.y);
    open = point !== null;
  }
  context.stroke();
}

export function paintPlot(context: CanvasRenderingContext2D, plot: SimplePlot, placed: PlacedPlot, theme: Theme): void {
  const dots = plot.mark !== 'point' ? [] : placed.series.flatMap(({ points }, index) =>
    points.flatMap((point) => (point ? [{ run: '', color: colorOf(index, theme), ...point }] : [])));
  paintScatter(context, { box: placed.box, x: placed.x, y: placed.y, marks: dots, focused: null, theme });
  context.lineWidth = 1.5;
  context.lineJoin = 'round';
  placed.series.forEach((series, index) => {
    context.strokeStyle = context.fillStyle = colorOf(index, theme);
    if (plot.mark === 'line') strokeLine(context, series);
    if (plot.mark === 'bar') for (const point of series.points) if (point) context.fillRect(point.x - placed.barWidth / 2, Math.min(point.y, placed.zero), placed.barWidth, Math.abs(point.y - placed.zero));
  });
  context.lineWidth = 1;
}
