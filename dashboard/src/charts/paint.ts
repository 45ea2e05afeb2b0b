// Draws lines on a canvas: for buckets the exact band from min to max with the mean in it, for raw points the line
// through them. Entries without a finite value break the line and leave a triangle at the edge. All lengths in here are
// device pixels.
import type { LineData } from './line_data';
import { lowerBound } from './line_data';
import type { Range } from './range';
import type { Scale } from './scale';

export interface Plot {
  left: number;
  top: number;
  width: number;
  height: number;
  x: Range;
  y: Range;
  scale: Scale;
  xScale: Scale;
  // Device pixels of one CSS pixel.
  ratio: number;
}

export interface PaintLine {
  data: LineData;
  // Drawn strong over the data's own faint line, when there is smoothing.
  smoothed: Float64Array | null;
  color: string;
  dash: readonly number[];
  // Stands out among others.
  isPinned?: boolean;
}

// Whether entries beyond the y range leave an arrow at the edge.
export type EdgeMarks = 'arrows' | 'none';

export type Project = (value: number) => number;

// `length` pixels from `start` for the range; negative where they go up. What the scale cannot show is NaN, and a canvas
// draws nothing to NaN. A linear axis is most charts' and all their points go through here: it has a way of its own.
function project({ min, max }: Range, scale: Scale, start: number, length: number): Project {
  if (scale.kind === 'linear') {
    const k = length / (max - min);
    return (value) => start + (value - min) * k;
  }
  const { forward } = scale;
  const low = forward(min);
  const k = length / (forward(max) - low);
  return (value) => start + (forward(value) - low) * k;
}

export const projectX = (plot: Plot): Project => project(plot.x, plot.xScale, plot.left, plot.width);
export const projectY = (plot: Plot): Project => project(plot.y, plot.scale, plot.top + plot.height, -plot.height);

// Entries that can be seen, and one more on both sides so that the line reaches the edge.
export function visibleSlice(line: LineData, window: Range): [number, number] {
  if (!line.rises) return [0, line.n];
  const from = Math.max(0, lowerBound(line.xLast, line.n, window.min) - 1);
  let to = lowerBound(line.x, line.n, window.max);
  while (to < line.n && line.x[to]! <= window.max) to += 1;
  return [from, Math.min(line.n, to + 1)];
}

// The seen entries of a line in device pixels.
interface Trace {
  line: LineData;
  from: number;
  to: number;
  py: Project;
  // From `from` on.
  xs: Float64Array;
  ys: Float64Array;
}

function projected(values: Float64Array, from: number, to: number, toPixel: Project): Float64Array {
  const pixels = new Float64Array(Math.max(0, to - from));
  for (let i = from; i < to; i++) pixels[i - from] = toPixel(values[i]!);
  return pixels;
}

function traceOf(plot: Plot, line: LineData): Trace {
  const [from, to] = visibleSlice(line, plot.x);
  const [px, py] = [projectX(plot), projectY(plot)];
  const xs = new Float64Array(Math.max(0, to - from));
  for (let i = from; i < to; i++) xs[i - from] = px(line.xAt(i));
  return { line, from, to, py, xs, ys: projected(line.mid, from, to, py) };
}

function strokeTrace(context: CanvasRenderingContext2D, xs: Float64Array, ys: Float64Array): void {
  context.beginPath();
  let open = false;
  for (let i = 0; i < ys.length; i++) {
    const y = ys[i]!;
    if (!Number.isFinite(y)) {
      open = false;
      continue;
    }
    if (open) context.lineTo(xs[i]!, y);
    else context.moveTo(xs[i]!, y);
    open = true;
  }
  context.stroke();
}

// Tops and bottoms in pixels. On a log scale a bottom at or below zero is the plot's edge.
function bandOf(trace: Trace, edge: number): { tops: Float64Array; bottoms: Float64Array } {
  const { line, from, to, py } = trace;
  const bottoms = projected(line.lo, from, to, py);
  for (let i = 0; i < bottoms.length; i++) if (!Number.isFinite(bottoms[i])) bottoms[i] = edge;
  return { tops: projected(line.hi, from, to, py), bottoms };
}

// Between gaps: along the tops, back along the bottoms.
function fillBand(context: CanvasRenderingContext2D, trace: Trace, edge: number): void {
  const { xs } = trace;
  const { tops, bottoms } = bandOf(trace, edge);
  let i = 0;
  while (i < tops.length) {
    while (i < tops.length && !Number.isFinite(tops[i])) i += 1;
    const begin = i;
    while (i < tops.length && Number.isFinite(tops[i])) i += 1;
    if (i === begin) break;
    context.beginPath();
    for (let j = begin; j < i; j++) context.lineTo(xs[j]!, tops[j]! - 0.5);
    for (let j = i - 1; j >= begin; j--) context.lineTo(xs[j]!, bottoms[j]! + 0.5);
    context.closePath();
    context.fill();
  }
}

// The band of one among many: a thin line from extreme to extreme, a tenth of the work of an area. It reaches as far.
function hatchBand(context: CanvasRenderingContext2D, trace: Trace, edge: number): void {
  const { xs } = trace;
  const { tops, bottoms } = bandOf(trace, edge);
  context.beginPath();
  let open = false;
  for (let i = 0; i < tops.length; i++) {
    if (!Number.isFinite(tops[i])) {
      open = false;
      continue;
    }
    const [first, second] = i % 2 === 0 ? [tops[i]!, bottoms[i]!] : [bottoms[i]!, tops[i]!];
    if (open) context.lineTo(xs[i]!, first);
    else context.moveTo(xs[i]!, first);
    context.lineTo(xs[i]!, second);
    open = true;
  }
  context.stroke();
}

// Points that stand alone, and all of them when they stand far apart, are dots: a line of one point cannot be seen.
function drawDots(context: CanvasRenderingContext2D, { xs, ys }: Trace, radius: number, spacing: number): void {
  const shown = ys.length;
  if (shown === 0) return;
  const all = shown === 1 || (xs[shown - 1]! - xs[0]!) / (shown - 1) >= spacing;
  let drawn = false;
  for (let i = 0; i < shown; i++) {
    if (!Number.isFinite(ys[i]) || (!all && (Number.isFinite(ys[i - 1]) || Number.isFinite(ys[i + 1])))) continue;
    if (!drawn) context.beginPath();
    drawn = true;
    context.moveTo(xs[i]! + radius, ys[i]!);
    context.arc(xs[i]!, ys[i]!, radius, 0, 2 * Math.PI);
  }
  if (drawn) context.fill();
}

// NaN and −∞ at the bottom pointing down, +∞ at the top pointing up.
function drawNonFinite(context: CanvasRenderingContext2D, trace: Trace, plot: Plot): void {
  const { line } = trace;
  const size = 4 * plot.ratio;
  for (let i = trace.from; i < trace.to; i++) {
    const value = line.mid[i]!;
    const bad = line.mode === 'raw' ? !Number.isFinite(value) : line.nonfinite[i]! > 0;
    if (!bad) continue;
    const up = value === Infinity;
    const tip = up ? plot.top + plot.ratio : plot.top + plot.height - plot.ratio;
    const base = up ? tip + 1.6 * size : tip - 1.6 * size;
    const x = trace.xs[i - trace.from]!;
    context.beginPath();
    context.moveTo(x, tip);
    context.lineTo(x - size, base);
    context.lineTo(x + size, base);
    context.closePath();
    context.fill();
  }
}

// What reaches beyond the y range: an arrow at the edge, one for all that share a few pixels.
const kArrowStepPx = 7;

function drawArrows(context: CanvasRenderingContext2D, trace: Trace, plot: Plot): void {
  const { line } = trace;
  const size = 3 * plot.ratio;
  const draw = (values: Float64Array, isBeyond: (value: number) => boolean, tip: number, base: number): void => {
    let last = -Infinity;
    for (let i = trace.from; i < trace.to; i++) {
      const x = trace.xs[i - trace.from]!;
      if (!isBeyond(values[i]!) || Math.abs(x - last) < kArrowStepPx * plot.ratio) continue;
      last = x;
      context.beginPath();
      context.moveTo(x, tip);
      context.lineTo(x - size, base);
      context.lineTo(x + size, base);
      context.closePath();
      context.fill();
    }
  };
  const bottom = plot.top + plot.height;
  draw(line.hi, (value) => value > plot.y.max && Number.isFinite(value), plot.top, plot.top + 1.7 * size);
  draw(line.lo, (value) => value < plot.y.min && (plot.scale.kind !== 'log' || value > 0) && Number.isFinite(value), bottom, bottom - 1.7 * size);
}

const kBandAlpha = 0.22;
const kHatchAlpha = 0.5;
const kThinAlpha = 0.7;
const kVeilAlpha = 0.78;
// CSS pixels.
const kWidths = { thin: 1, normal: 1.5, pinned: 2, strong: 2.25 } as const;

type Weight = keyof typeof kWidths;

function paintBand(context: CanvasRenderingContext2D, plot: Plot, trace: Trace, how: { alpha: number; thin: boolean; behind: boolean }): void {
  const edge = plot.top + plot.height;
  context.globalAlpha = how.alpha * (how.thin ? kHatchAlpha : kBandAlpha) * (how.behind ? 0.6 : 1);
  if (how.thin) hatchBand(context, trace, edge);
  else fillBand(context, trace, edge);
}

function paintLine(context: CanvasRenderingContext2D, plot: Plot, line: PaintLine, weight: Weight, marks: EdgeMarks): void {
  const trace = traceOf(plot, line.data);
  const thin = weight === 'thin';
  const alpha = thin ? kThinAlpha : 1;
  context.strokeStyle = context.fillStyle = line.color;
  // Among many lines a dash tells nothing, and takes longer than the line.
  context.setLineDash(thin ? [] : line.dash.map((length) => length * plot.ratio));
  context.lineWidth = kWidths[weight] * plot.ratio;
  if (line.data.mode === 'buckets') paintBand(context, plot, trace, { alpha, thin, behind: line.smoothed !== null });
  context.globalAlpha = alpha * (line.smoothed ? 0.28 : 1);
  strokeTrace(context, trace.xs, trace.ys);
  drawDots(context, trace, (thin ? 1.5 : 2.25) * plot.ratio, 14 * plot.ratio);
  context.globalAlpha = alpha;
  if (line.smoothed) strokeTrace(context, trace.xs, projected(line.smoothed, trace.from, trace.to, trace.py));
  drawNonFinite(context, trace, plot);
  if (marks === 'arrows') drawArrows(context, trace, plot);
}

function within(context: CanvasRenderingContext2D, plot: Plot, draw: () => void): void {
  if (!(plot.x.max > plot.x.min) || !(plot.y.max > plot.y.min)) return;
  context.save();
  context.beginPath();
  // Dots at the edges stay whole.
  const air = 4 * plot.ratio;
  context.rect(plot.left - air, plot.top - air, plot.width + 2 * air, plot.height + 2 * air);
  context.clip();
  context.lineJoin = 'round';
  draw();
  context.restore();
}

// Above so many lines each is thinner and lets others through.
const kThinFrom = 50;

export function paintLines(context: CanvasRenderingContext2D, plot: Plot, lines: readonly PaintLine[], marks: EdgeMarks = 'none'): void {
  within(context, plot, () => {
    const usual = lines.length > kThinFrom ? 'thin' : 'normal';
    for (const line of lines) paintLine(context, plot, line, line.isPinned === true ? 'pinned' : usual, marks);
  });
}

// Over painted lines: a veil of the ground's colour, and on it the one line that counts.
export function paintOver(context: CanvasRenderingContext2D, plot: Plot, strong: PaintLine | null, veil: string): void {
  within(context, plot, () => {
    context.globalAlpha = kVeilAlpha;
    context.fillStyle = veil;
    context.fillRect(plot.left, plot.top, plot.width, plot.height);
    if (strong) paintLine(context, plot, strong, 'strong', 'none');
  });
}
