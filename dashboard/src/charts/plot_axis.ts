// One axis of a scatter or parallel plot: numbers on a line (or a logarithm), texts as places of their own.
import { formatNumber } from '../lib/format';
import { formatTick, linearTicks, logTicks } from './ticks';

export type AxisValue = number | string | null;

export interface PlotAxis {
  name: string;
  kind: 'linear' | 'log' | 'category';
  // Places from 0 to 1; null for what has none on this axis.
  place: (value: AxisValue) => number | null;
  ticks: { at: number; label: string }[];
}

const kMostCategories = 40;

function numericAxis(name: string, numbers: readonly number[], scale: 'linear' | 'log', most: number): PlotAxis {
  const shown = scale === 'log' ? numbers.filter((value) => value > 0) : numbers;
  const low = Math.min(...shown);
  const high = Math.max(...shown);
  const [min, max] = low < high ? [low, high] : scale === 'log' ? [low / 2, low * 2] : [low - 0.5, low + 0.5];
  const on = scale === 'log' ? Math.log10 : (value: number): number => value;
  const place = (value: AxisValue): number | null => {
    if (typeof value !== 'number' || !Number.isFinite(value) || (scale === 'log' && value <= 0)) return null;
    return (on(value) - on(min)) / (on(max) - on(min));
  };
  const { ticks, step } = linearTicks(min, max, most);
  const marks = scale === 'log' ? logTicks(min, max, most).map((at) => ({ at, label: formatNumber(at, 3) })) : ticks.map((at) => ({ at, label: formatTick(at, step) }));
  return { name, kind: scale, place, ticks: marks.map((mark) => ({ at: place(mark.at) ?? 0, label: mark.label })) };
}

const sortedTexts = (values: readonly AxisValue[]): string[] =>
  [...new Set(values.map((value) => (value === null ? 'unset' : String(value))))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));

// Texts in this order, each once.
export function categoryAxis(name: string, order: readonly string[]): PlotAxis {
  const texts = order.slice(0, kMostCategories);
  const at = new Map(texts.map((text, i) => [text, texts.length === 1 ? 0.5 : i / (texts.length - 1)]));
  return {
    name, kind: 'category', place: (value) => at.get(value === null ? 'unset' : String(value)) ?? null,
    ticks: texts.map((label) => ({ at: at.get(label)!, label })),
  };
}

// Numbers that span decades, none of them at or below zero, read better on a logarithm.
const kDecades = 1;
export function suggestsLog(values: readonly AxisValue[]): boolean {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  return numbers.length > 1 && Math.min(...numbers) > 0 && Math.log10(Math.max(...numbers) / Math.min(...numbers)) >= kDecades - 1e-9;
}

export function makeAxis(name: string, values: readonly AxisValue[], scale: 'auto' | 'linear' | 'log' = 'auto', most = 6): PlotAxis {
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  if (numbers.length === 0 || values.some((value) => typeof value === 'string')) return categoryAxis(name, sortedTexts(values));
  const chosen = scale === 'auto' ? (suggestsLog(values) ? 'log' : 'linear') : scale;
  return numericAxis(name, numbers, chosen === 'log' && numbers.some((value) => value > 0) ? 'log' : 'linear', most);
}
