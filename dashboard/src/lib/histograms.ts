// Histograms over time as a picture: one column a step, darker where more of the values lie.
import type { Json } from '../api/types';

export interface HistogramAt {
  step: number;
  edges: number[];
  counts: number[];
}

export interface HeatCell {
  // Index of the histogram, and the values it reaches over.
  column: number;
  low: number;
  high: number;
  // 0 to 1, of the densest cell of all.
  share: number;
}

export interface Heat {
  low: number;
  high: number;
  cells: HeatCell[];
}

const numbersOf = (value: Json | undefined): number[] | null =>
  Array.isArray(value) && value.every((one) => typeof one === 'number' && Number.isFinite(one)) ? (value as number[]) : null;

// Null for what is no histogram.
export function histogramOf(content: Json, step: number): HistogramAt | null {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return null;
  const [edges, counts] = [numbersOf(content.edges), numbersOf(content.counts)];
  if (!edges || !counts || counts.length === 0 || edges.length !== counts.length + 1) return null;
  if (counts.some((count) => count < 0) || edges.some((edge, i) => i > 0 && edge <= edges[i - 1]!)) return null;
  return { step, edges, counts };
}

export const totalOf = (histogram: HistogramAt): number => histogram.counts.reduce((a, b) => a + b, 0);

// Cells differ in width from step to step, so what is drawn is the share of a step's values for each unit of value; its
// square root, or all but the peaks would vanish.
export function heatOf(histograms: readonly HistogramAt[]): Heat {
  let [low, high, most] = [Infinity, -Infinity, 0];
  const cells: HeatCell[] = [];
  histograms.forEach((histogram, column) => {
    const total = totalOf(histogram);
    histogram.counts.forEach((count, i) => {
      const [from, to] = [histogram.edges[i]!, histogram.edges[i + 1]!];
      low = Math.min(low, from);
      high = Math.max(high, to);
      if (count === 0) return;
      const density = count / total / (to - from);
      most = Math.max(most, density);
      cells.push({ column, low: from, high: to, share: density });
    });
  });
  if (low > high) return { low: 0, high: 1, cells: [] };
  return { low, high, cells: cells.map((cell) => ({ ...cell, share: Math.sqrt(cell.share / most) })) };
}

// At most `most` of a list, evenly, with its first and last.
export function evenly<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))]!);
}
