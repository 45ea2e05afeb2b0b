// Axis ranges and zooming. All data is shown: nothing is clipped by default.
import type { LineData } from './line_data';

export interface Range {
  min: number;
  max: number;
}

export function xExtent(lines: readonly LineData[]): Range | null {
  let min = Infinity;
  let max = -Infinity;
  for (const line of lines) {
    if (line.n === 0) continue;
    min = Math.min(min, line.x[0]!);
    max = Math.max(max, line.xLast[line.n - 1]!);
  }
  return min <= max ? { min, max } : null;
}

// Finite values of entries that touch `window`; with `positive` only those a logarithm can show.
export function yExtent(lines: readonly LineData[], window: Range, scale: 'linear' | 'log'): Range | null {
  let min = Infinity;
  let max = -Infinity;
  for (const line of lines) {
    for (let i = 0; i < line.n; i++) {
      if (line.xLast[i]! < window.min || line.x[i]! > window.max) continue;
      const lo = line.lo[i]!;
      const hi = line.hi[i]!;
      if (hi > max && Number.isFinite(hi) && (scale === 'linear' || hi > 0)) max = hi;
      if (lo < min && Number.isFinite(lo) && (scale === 'linear' || lo > 0)) min = lo;
      // A bucket may reach below zero and still have a top that can be shown.
      if (scale === 'log' && lo <= 0 && hi > 0 && hi < min) min = hi;
    }
  }
  return min <= max ? { min, max } : null;
}

// The extent with air around it. A single value gets a range about itself; values that never go below zero do not get
// an axis that does.
export function padded(extent: Range, scale: 'linear' | 'log'): Range {
  const { min, max } = extent;
  if (scale === 'log') {
    const ratio = max > min ? (max / min) ** 0.05 : 2;
    return { min: min / ratio, max: max * ratio };
  }
  if (min === max) {
    const air = min === 0 ? 1 : Math.abs(min) * 0.1;
    return { min: min - air, max: max + air };
  }
  const air = (max - min) * 0.06;
  return { min: min >= 0 && min - air < 0 ? 0 : min - air, max: max + air };
}

// Zooms by `factor` (< 1 is closer) about `center`.
export function zoomed(range: Range, center: number, factor: number): Range {
  return { min: center - (center - range.min) * factor, max: center + (range.max - center) * factor };
}

export const panned = (range: Range, fraction: number): Range => {
  const by = (range.max - range.min) * fraction;
  return { min: range.min + by, max: range.max + by };
};

export function formatRange(range: Range | null): string | null {
  return range ? `${Number(range.min.toPrecision(12))}~${Number(range.max.toPrecision(12))}` : null;
}

export function parseRange(text: string | null): Range | null {
  const [min, max, more] = (text ?? '').split('~').map(Number);
  if (min === undefined || max === undefined || more !== undefined) return null;
  return Number.isFinite(min) && Number.isFinite(max) && min < max ? { min, max } : null;
}
