// Geometry and painting of plots with one mark a run: scatter, and parallel coordinates. Lengths are CSS pixels; the
// context is scaled by whoever owns it.
import type { Theme } from '../lib/palette';
import type { AxisValue, PlotAxis } from './plot_axis';

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface Mark {
  run: string;
  color: string;
}

export interface ScatterMark extends Mark {
  x: number;
  y: number;
}

export interface Track extends Mark {
  // Where the run crosses each axis; null where it has no value.
  points: ({ x: number; y: number } | null)[];
  isOut: boolean;
}

const kInk: Readonly<Record<Theme, { text: string; grid: string; paper: string }>> = {
  light: { text: '#5d6470', grid: '#e4e7ec', paper: '#ffffff' },
  dark: { text: '#949cab', grid: '#2a303a', paper: '#14171c' },
};
const kFont = '11px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif';

export function placeScatter(box: Box, x: PlotAxis, y: PlotAxis, runs: readonly (Mark & { x: AxisValue; y: AxisValue })[]): ScatterMark[] {
  return runs.flatMap((run) => {
    const [px, py] = [x.place(run.x), y.place(run.y)];
    if (px === null || py === null) return [];
    return [{ run: run.run, color: run.color, x: box.left + px * box.width, y: box.top + (1 - py) * box.height }];
  });
}

export function placeTracks(box: Box, axes: readonly PlotAxis[], runs: readonly (Mark & { values: readonly AxisValue[]; isOut: boolean })[]): Track[] {
  return runs.map((run) => ({
    run: run.run, color: run.color, isOut: run.isOut,
    points: axes.map((axis, i) => {
      const at = axis.place(run.values[i] ?? null);
      return at === null ? null : { x: axisX(box, axes.length, i), y: box.top + (1 - at) * box.height };
    }),
  }));
}

export const axisX = (box: Box, count: number, index: number): number =>
  box.left + (count < 2 ? 0.5 : index / (count - 1)) * box.width;

const kNearPx = 24;

export function nearestMark(marks: readonly ScatterMark[], x: number, y: number): ScatterMark | null {
  let best: ScatterMark | null = null;
  let far = kNearPx;
  for (const mark of marks) {
    const distance = Math.hypot(mark.x - x, mark.y - y);
    if (distance <= far) [best, far] = [mark, distance];
  }
  return best;
}

// By the height of the track above or below the pointer.
export function nearestTrack(tracks: readonly Track[], x: number, y: number): Track | null {
  let best: Track | null = null;
  let far = kNearPx;
  for (const track of tracks) {
    for (let i = 1; i < track.points.length; i++) {
      const [a, b] = [track.points[i - 1], track.points[i]];
      if (!a || !b || track.isOut || x < a.x || x > b.x) continue;
      const at = a.y + ((b.y - a.y) * (x - a.x)) / Math.max(1, b.x - a.x);
      if (Math.abs(at - y) <= far) [best, far] = [track, Math.abs(at - y)];
    }
  }
  return best;
}

export function paintScatter(context: CanvasRenderingContext2D, plot: {
  box: Box; x: PlotAxis; y: PlotAxis; marks: readonly ScatterMark[]; focused: string | null; theme: Theme;
}): void {
  const { box, x, y, marks } = plot;
  const ink = kInk[plot.theme];
  context.font = kFont;
  context.strokeStyle = ink.grid;
  context.beginPath();
  for (const tick of x.ticks) {
    context.moveTo(box.left + tick.at * box.width, box.top);
    context.lineTo(box.left + tick.at * box.width, box.top + box.height);
  }
  for (const tick of y.ticks) {
    context.moveTo(box.left, box.top + (1 - tick.at) * box.height);
    context.lineTo(box.left + box.width, box.top + (1 - tick.at) * box.height);
  }
  context.stroke();
  context.fillStyle = ink.text;
  context.textAlign = 'center';
  for (const tick of x.ticks) context.fillText(tick.label, box.left + tick.at * box.width, box.top + box.height + 16);
  context.textAlign = 'right';
  for (const tick of y.ticks) context.fillText(tick.label, box.left - 6, box.top + (1 - tick.at) * box.height + 4);
  const isMany = marks.length > 500;
  for (const mark of [...marks].sort((a, b) => Number(a.run === plot.focused) - Number(b.run === plot.focused))) {
    const isFocused = mark.run === plot.focused;
    context.globalAlpha = isFocused || !isMany ? 0.9 : 0.5;
    context.fillStyle = mark.color;
    context.beginPath();
    context.arc(mark.x, mark.y, isFocused ? 7 : isMany ? 3 : 4.5, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

function strokeTrack(context: CanvasRenderingContext2D, track: Track): void {
  context.beginPath();
  let open = false;
  for (const point of track.points) {
    if (point && open) context.lineTo(point.x, point.y);
    else if (point) context.moveTo(point.x, point.y);
    open = point !== null;
  }
  context.stroke();
}

export interface Brush {
  axis: number;
  // Places on the axis, from 0 to 1.
  from: number;
  to: number;
}

const kLabelGap = 6;
const kBetweenLabels = 24;

// Without its middle where it is too long: names of models differ at both ends.
export function fitText(context: Pick<CanvasRenderingContext2D, 'measureText'>, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  for (let kept = text.length - 2; kept > 1; kept--) {
    const cut = `${text.slice(0, Math.ceil(kept / 2))}…${text.slice(text.length - Math.floor(kept / 2))}`;
    if (context.measureText(cut).width <= width) return cut;
  }
  return '…';
}

// On a ground of their own, up to the axis: a line that ended just before a label would be read as a minus.
function paintTicks(context: CanvasRenderingContext2D, axis: PlotAxis, at: { x: number; box: Box; isLast: boolean; room: number; ink: { text: string; paper: string } }): void {
  context.textAlign = at.isLast ? 'right' : 'left';
  for (const tick of axis.ticks) {
    const y = at.box.top + (1 - tick.at) * at.box.height;
    const label = fitText(context, tick.label, at.room);
    const width = context.measureText(label).width + kLabelGap;
    context.fillStyle = at.ink.paper;
    context.fillRect(at.isLast ? at.x - 1 - width : at.x + 1, y - 7, width, 14);
    context.fillStyle = at.ink.text;
    context.fillText(label, at.x + (at.isLast ? -kLabelGap : kLabelGap), y + 4);
  }
}

export function paintTracks(context: CanvasRenderingContext2D, plot: {
  box: Box; axes: readonly PlotAxis[]; tracks: readonly Track[]; brushes: readonly Brush[]; focused: string | null; theme: Theme;
}): void {
  const { box, axes, tracks, focused } = plot;
  const ink = kInk[plot.theme];
  context.font = kFont;
  context.lineJoin = 'round';
  const rank = (track: Track): number => (track.run === focused ? 2 : track.isOut ? 0 : 1);
  for (const track of [...tracks].sort((a, b) => rank(a) - rank(b))) {
    context.globalAlpha = track.isOut ? 0.12 : focused !== null && track.run !== focused ? 0.3 : tracks.length > 200 ? 0.5 : 0.85;
    context.lineWidth = track.run === focused ? 2.5 : 1.25;
    context.strokeStyle = track.color;
    strokeTrack(context, track);
  }
  context.globalAlpha = 1;
  context.lineWidth = 1;
  axes.forEach((axis, i) => {
    const x = axisX(box, axes.length, i);
    context.strokeStyle = ink.text;
    context.beginPath();
    context.moveTo(x, box.top);
    context.lineTo(x, box.top + box.height);
    context.stroke();
    paintTicks(context, axis, { x, box, isLast: i === axes.length - 1, room: box.width / Math.max(1, axes.length - 1) - kBetweenLabels, ink });
  });
  for (const brush of plot.brushes) {
    const x = axisX(box, axes.length, brush.axis);
    const [low, high] = [Math.min(brush.from, brush.to), Math.max(brush.from, brush.to)];
    context.fillStyle = plot.theme === 'light' ? 'rgb(52 81 198 / 25%)' : 'rgb(147 167 255 / 30%)';
    context.fillRect(x - 7, box.top + (1 - high) * box.height, 14, (high - low) * box.height);
  }
}
