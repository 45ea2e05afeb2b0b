// Axis ranges and zooming. All data is shown unless clipping is asked for, and what that hides is counted.
import type { LineData } from './line_data';
import type { Scale } from './scale';

export interface Range {
  min: number;
  max: number;
}

export function xExtent(lines: readonly LineData[]): Range | null {
  let min = Infinity;
  let max = -Infinity;
  for (const line of lines) {
    const extent = line.xExtent();
    if (!extent) continue;
    min = Math.min(min, extent.min);
    max = Math.max(max, extent.max);
  }
  return min <= max ? { min, max } : null;
}

// What a logarithmic x axis can show of it: from the first x above zero.
export function positiveX(lines: readonly LineData[], range: Range): Range {
  if (range.min > 0) return range;
  let min = Infinity;
  for (const line of lines) {
    for (let i = 0; i < line.n; i++) {
      const x = line.xAt(i);
      if (x > 0 && x < min) min = x;
      if (x > 0 && line.rises) break;
    }
  }
  return min < range.max ? { min, max: range.max } : { min: range.max > 0 ? range.max / 10 : 0.1, max: range.max > 0 ? range.max : 1 };
}

const kClipShare = 0.01;

export interface Clipped {
  extent: Range | null;
  // Entries that reach beyond.
  above: number;
  below: number;
}

// The middle 98 % of what is in `window`: lows from the first hundredth of them, highs up to the last.
export function clippedExtent(lines: readonly LineData[], window: Range, scale: Scale): Clipped {
  const isPositive = scale.kind === 'log';
  const lows: number[] = [];
  const highs: number[] = [];
  for (const line of lines) {
    for (let i = 0; i < line.n; i++) {
      if (line.xLast[i]! < window.min || line.x[i]! > window.max) continue;
      if (Number.isFinite(line.lo[i]) && (!isPositive || line.lo[i]! > 0)) lows.push(line.lo[i]!);
      if (Number.isFinite(line.hi[i]) && (!isPositive || line.hi[i]! > 0)) highs.push(line.hi[i]!);
    }
  }
  if (highs.length === 0) return { extent: null, above: 0, below: 0 };
  const low = Float64Array.from(lows.length > 0 ? lows : highs).sort();
  const high = Float64Array.from(highs).sort();
  const min = low[Math.floor((low.length - 1) * kClipShare)]!;
  const max = Math.max(min, high[Math.ceil((high.length - 1) * (1 - kClipShare))]!);
  const count = (values: Float64Array, is: (value: number) => boolean): number => values.reduce((n, v) => n + Number(is(v)), 0);
  const shown = padded({ min, max }, scale);
  return { extent: { min, max }, above: count(high, (v) => v > shown.max), below: count(low, (v) => v < shown.min) };
}

// Finite values of entries that touch `window`; on a logarithm only those that it can show.
export function yExtent(lines: readonly LineData[], window: Range, scale: Scale): Range | null {
  const isPositive = scale.kind === 'log';
  let min = Infinity;
  let max = -Infinity;
  for (const line of lines) {
    for (let i = 0; i < line.n; i++) {
      if (line.xLast[i]! < window.min || line.x[i]! > window.max) continue;
      const lo = line.lo[i]!;
      const hi = line.hi[i]!;
      if (hi > max && Number.isFinite(hi) && (!isPositive || hi > 0)) max = hi;
      if (lo < min && Number.isFinite(lo) && (!isPositive || lo > 0)) min = lo;
      // A bucket may reach below zero and still have a top that can be shown.
      if (isPositive && lo <= 0 && hi > 0 && hi < min) min = hi;
    }
  }
  return min <= max ? { min, max } : null;
}

const kAir = 0.06;

// The extent with air around it, as seen on the axis. A single value gets a range about itself; values that never go below
// zero do not get an axis that does.
export function padded(extent: Range, scale: Scale): Range {
  const { min, max } = extent;
  if (scale.kind === 'log') {
    const ratio = max > min ? (max / min) ** 0.05 : 2;
    return { min: min / ratio, max: max * ratio };
  }
  if (min === max) {
    const air = min === 0 ? scale.constant : Math.abs(min) * 0.1;
    return { min: min - air, max: max + air };
  }
  const [low, high] = [scale.forward(min), scale.forward(max)];
  const air = (high - low) * kAir;
  return { min: min >= 0 && low - air < 0 ? 0 : scale.backward(low - air), max: scale.backward(high + air) };
}

// Where there is nothing to show.
export const emptyExtent = (scale: Scale): Range => ({ min: scale.kind === 'log' ? 0.1 : 0, max: 1 });

// The range with its ends moved as seen on the axis: `change` is given and returns places of the scale. Stays where it is
// when an end would leave the numbers, or has no place.
function moved(range: Range, scale: Scale, change: (low: number, high: number) => readonly [number, number]): Range {
  const [min, max] = change(scale.forward(range.min), scale.forward(range.max));
  const next = { min: scale.backward(min), max: scale.backward(max) };
  return Number.isFinite(next.max - next.min) ? next : range;
}

// Zooms by `factor` (< 1 is closer) about the middle.
export const zoomed = (range: Range, factor: number, scale: Scale): Range => moved(range, scale, (low, high) => {
  const [middle, half] = [(low + high) / 2, ((high - low) / 2) * factor];
  return [middle - half, middle + half];
});

export const panned = (range: Range, fraction: number, scale: Scale): Range => moved(range, scale, (low, high) => {
  const by = (high - low) * fraction;
  return [low + by, high + by];
});

export function formatRange(range: Range | null): string | null {
  return range ? `${Number(range.min.toPrecision(12))}~${Number(range.max.toPrecision(12))}` : null;
}

export function parseRange(text: string | null): Range | null {
  const [min, max, more] = (text ?? '').split('~').map(Number);
  if (min === undefined || max === undefined || more !== undefined) return null;
  return Number.isFinite(min) && Number.isFinite(max) && min < max ? { min, max } : null;
}
