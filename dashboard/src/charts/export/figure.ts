// A chart as it is written to a file: where everything stands, in CSS pixels. Pure; the writers of SVG and PNG share it,
// so that both look the same.
import type { XMode } from '../../api/types';
import type { Theme } from '../../lib/palette';
import { formatWithUnit, type Unit } from '../../lib/units';
import type { PaintLine, Plot } from '../paint';
import type { Range } from '../range';
import { scaleWords, type Scale } from '../scale';
import { bentTicks, formatSeconds, formatTick, kSecondSteps, linearTicks } from '../ticks';

export interface FigureLine extends PaintLine {
  label: string;
}

export interface FigureInput {
  title: string;
  xLabel: string;
  lines: readonly FigureLine[];
  x: XMode;
  ranges: { x: Range; y: Range };
  xScale: Scale;
  yScale: Scale;
  unit: Unit;
  theme: Theme;
  width: number;
  height: number;
}

export interface Tick {
  // The value on the axis.
  at: number;
  label: string;
}

export interface FigureEntry {
  label: string;
  color: string;
  dash: readonly number[];
  x: number;
  y: number;
}

export interface Figure {
  width: number;
  height: number;
  plot: Plot;
  xTicks: Tick[];
  yTicks: Tick[];
  legend: FigureEntry[];
  ink: { paper: string; text: string; grid: string };
  title: string;
  xLabel: string;
  lines: readonly FigureLine[];
}

const kInk: Readonly<Record<Theme, Figure['ink']>> = {
  light: { paper: '#ffffff', text: '#3a404b', grid: '#e4e7ec' },
  dark: { paper: '#14171c', text: '#c3c9d4', grid: '#2a303a' },
};
export const kFigureFont = 'system-ui, Helvetica, Arial, sans-serif';
export const kFigureFontPx = 12;
const kLetterPx = 6.6;
const kMargin = { top: 34, right: 16, bottom: 44 } as const;
const kLegendRowPx = 18;
const kSwatchPx = 26;

function xTicks(input: FigureInput, plotWidth: number): Tick[] {
  const { min, max } = input.ranges.x;
  const most = Math.max(2, Math.floor(plotWidth / 90));
  if (input.xScale.kind !== 'linear') {
    const { ticks, step } = bentTicks(min, max, most, input.xScale);
    return ticks.map((at) => ({ at, label: formatTick(at, step ?? Math.abs(at)) }));
  }
  const isSeconds = input.x === 'relative' || input.x === 'time';
  const { ticks, step } = linearTicks(min, max, most, isSeconds ? kSecondSteps : undefined);
  const say = input.x === 'relative' ? formatSeconds : input.x === 'time' ? clock : formatTick;
  return ticks.map((at) => ({ at, label: say(at, step) }));
}

function clock(seconds: number, step: number): string {
  const text = new Date(seconds * 1000).toISOString();
  return step >= 86_400 ? text.slice(0, 10) : text.slice(11, step >= 60 ? 16 : 19);
}

function yTicks(input: FigureInput, plotHeight: number): Tick[] {
  const { min, max } = input.ranges.y;
  const most = Math.max(2, Math.floor(plotHeight / 40));
  if (input.yScale.kind !== 'linear') {
    return bentTicks(min, max, most, input.yScale).ticks.map((at) => ({ at, label: formatWithUnit(at, input.unit, input.yScale.kind === 'log' ? 3 : 4) }));
  }
  const { ticks, step } = linearTicks(min, max, most);
  return ticks.map((at) => ({ at, label: input.unit === 'plain' ? formatTick(at, step) : formatWithUnit(at, input.unit, 4) }));
}

// A reader of the file has no tools to ask which scale it is: of a symlog one no tick tells.
const withScale = (text: string, scale: Scale): string => (scale.kind === 'symlog' ? `${text} (${scaleWords(scale)})` : text);

// As many to a row as fit; longer names are cut by the writers' width.
function placeLegend(lines: readonly FigureLine[], left: number, width: number): { entries: FigureEntry[]; rows: number } {
  const entries: FigureEntry[] = [];
  let x = left;
  let row = 0;
  for (const line of lines) {
    const space = kSwatchPx + line.label.length * kLetterPx + 14;
    if (x > left && x + space > left + width) {
      x = left;
      row += 1;
    }
    entries.push({ label: line.label, color: line.color, dash: line.dash, x, y: row * kLegendRowPx });
    x += space;
  }
  return { entries, rows: entries.length > 0 ? row + 1 : 0 };
}

// `height` is that of the part without the legend, which is as tall as its lines need.
export function makeFigure(input: FigureInput): Figure {
  const top = kMargin.top;
  const height = input.height - top - kMargin.bottom;
  const y = yTicks(input, height);
  const left = Math.max(30, Math.max(0, ...y.map((tick) => tick.label.length)) * kLetterPx + 18);
  const width = input.width - left - kMargin.right;
  const legend = placeLegend(input.lines, left, width);
  return {
    width: input.width,
    height: input.height + (legend.rows > 0 ? legend.rows * kLegendRowPx + 8 : 0),
    plot: { left, top, width, height, ...input.ranges, scale: input.yScale, xScale: input.xScale, ratio: 1 },
    xTicks: xTicks(input, width),
    yTicks: y,
    legend: legend.entries.map((entry) => ({ ...entry, y: entry.y + input.height + 8 })),
    ink: kInk[input.theme],
    title: withScale(input.title, input.yScale), xLabel: withScale(input.xLabel, input.xScale), lines: input.lines,
  };
}
