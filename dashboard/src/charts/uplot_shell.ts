// uPlot as shell: axes, ticks, scales, drag selection, crosshair and its sync between charts. The lines are ours (paint
// callback), because every run has its own x and uPlot wants one for all. One instance per canvas; destroy() frees it.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { XMode } from '../api/types';
import type { Theme } from '../lib/palette';
import { formatWithUnit, kByteSteps, type Unit } from '../lib/units';
import type { Plot } from './paint';
import type { Range } from './range';
import type { Scale } from './scale';
import { bentTicks, formatSeconds, formatTick, kSecondSteps } from './ticks';

export interface ShellCursor {
  // In axis units; y is null where the pointer itself is over another chart.
  x: number;
  y: number | null;
  // CSS pixels inside the plot.
  left: number;
  top: number;
}

export interface ShellOptions {
  element: HTMLElement;
  syncKey: string;
  x: XMode;
  scale: Scale;
  xScale: Scale;
  unit: Unit;
  theme: Theme;
  height: number;
  paint: (context: CanvasRenderingContext2D, plot: Plot) => void;
  // What comes over the lines and changes often: drawn by itself, without axes and lines.
  paintOver: (context: CanvasRenderingContext2D, plot: Plot) => void;
  onZoom: (range: Range) => void;
  onReset: () => void;
  onCursor: (cursor: ShellCursor | null) => void;
}

const kInk: Readonly<Record<Theme, { text: string; grid: string }>> = {
  light: { text: '#5d6470', grid: '#eceef1' },
  dark: { text: '#949cab', grid: '#232830' },
};
const kFont = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
const kLeastDragPx = 5;
// uPlot's own numbers; its enum has no value at run time.
const kDistribution = { linear: 1, log: 3, symlog: 100 } as const;
const distributionOf = ({ kind, forward, backward }: Scale): uPlot.Scale => ({
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- uPlot declares a const enum, which is not there at run time
  distr: kDistribution[kind],
  ...(kind === 'symlog' ? { fwd: forward, bwd: backward } : {}),
});

// Enough significant digits that neighbouring ticks differ.
const digitsFor = (value: number, step: number): number =>
  Math.max(3, Math.min(6, Math.ceil(Math.log10(Math.abs(value) / step + 1)) + 1));

// Ticks and labels of an axis that is not linear; `room` is how many there may be.
function bentAxis(scale: Scale, room: (u: uPlot) => number, format: (value: number, step: number | null) => string): Pick<uPlot.Axis, 'splits' | 'filter' | 'values'> {
  let step: number | null = null;
  return {
    splits: (u, _axis, min, max) => {
      const found = bentTicks(min, max, Math.max(3, Math.floor(room(u))), scale);
      step = found.step;
      return found.ticks;
    },
    filter: (_u, splits) => splits,
    values: (_u, splits) => splits.map((value) => format(value, step)),
  };
}

export class ChartShell {
  private readonly plot: uPlot;
  private x: Range = { min: 0, max: 1 };
  private y: Range = { min: 0, max: 1 };
  private overFrame = 0;
  private pointerInside = false;
  private readonly overlay = document.createElement('canvas');

  constructor(private readonly options: ShellOptions) {
    const width = Math.max(120, options.element.clientWidth);
    this.overlay.className = 'chart-overlay';
    this.plot = new uPlot(this.config(width), this.corners(), options.element);
    this.plot.over.prepend(this.overlay);
    this.plot.over.addEventListener('pointerenter', () => (this.pointerInside = true));
    this.plot.over.addEventListener('pointerleave', () => (this.pointerInside = false));
    this.plot.over.addEventListener('wheel', this.onWheel, { passive: false });
  }

  destroy(): void {
    cancelAnimationFrame(this.overFrame);
    this.plot.destroy();
  }

  get over(): HTMLElement {
    return this.plot.over;
  }

  // Width of the plot itself in CSS pixels: what a request for buckets should say.
  get plotWidth(): number {
    return Math.round(this.plot.bbox.width / devicePixelRatio);
  }

  // Where the plot stands in the window, without making the browser lay out the page.
  get box(): DOMRect {
    return this.plot.rect;
  }

  // Draws anew as soon as the script that calls is through, also where the ranges are as they were.
  setRanges(x: Range, y: Range): void {
    this.x = x;
    this.y = y;
    this.plot.setData(this.corners(), true);
  }

  resize(width: number): void {
    if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: this.options.height });
  }

  // What comes over the lines, at the next frame, however often it is asked for.
  repaintOver(): void {
    if (this.overFrame !== 0) return;
    this.overFrame = requestAnimationFrame(() => {
      this.overFrame = 0;
      this.paintOverlay();
    });
  }

  // For the keyboard: moves the crosshair of all synced charts.
  moveCursor(byPx: number): void {
    const { width, height } = this.plot.over.getBoundingClientRect();
    const at = this.plot.cursor.left ?? -1;
    const left = at < 0 ? (byPx > 0 ? 0 : width - 1) : Math.min(width - 1, Math.max(0, at + byPx));
    this.pointerInside = true;
    this.setCursor({ left, top: height / 2 });
    this.pointerInside = this.plot.over.matches(':hover');
  }

  hideCursor(): void {
    this.setCursor({ left: -10, top: -10 });
  }

  toPixel(value: number, axis: 'x' | 'y'): number {
    return this.plot.valToPos(value, axis);
  }

  // The third parameter, telling the synced charts, is missing in uPlot's types.
  private setCursor(at: { left: number; top: number }): void {
    const plot = this.plot as unknown as { setCursor(at: { left: number; top: number }, fire: boolean, publish: boolean): void };
    plot.setCursor(at, true, true);
  }

  private readonly onWheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.altKey) return;
    event.preventDefault();
    const center = this.plot.posToVal(event.offsetX, 'x');
    const factor = event.deltaY < 0 ? 0.8 : 1.25;
    this.options.onZoom({ min: center - (center - this.x.min) * factor, max: center + (this.x.max - center) * factor });
  };

  // Two corners of the ranges: uPlot needs some data to have scales.
  private corners(): uPlot.AlignedData {
    return [[this.x.min, this.x.max], [this.y.min, this.y.max]];
  }

  private config(width: number): uPlot.Options {
    const { options } = this;
    return {
      width,
      height: options.height,
      padding: [8, 14, 0, 0], // on the right half of a label, which may stand at the very end
      legend: { show: false },
      scales: {
        x: { time: options.x === 'time', ...distributionOf(options.xScale), range: () => [this.x.min, this.x.max] },
        y: { ...distributionOf(options.scale), range: () => [this.y.min, this.y.max] },
      },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [this.xAxis(), this.yAxis()],
      cursor: {
        points: { show: false },
        drag: { x: true, y: false, setScale: false, dist: kLeastDragPx },
        bind: { dblclick: () => () => { options.onReset(); return null; } },
        sync: {
          key: options.syncKey,
          scales: ['x', null],
          setSeries: false,
          filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave', sub: (type) => type === 'mousemove' || type === 'mouseleave' },
        },
      },
      hooks: {
        draw: [(u) => { options.paint(u.ctx, this.geometry(u)); this.repaintOver(); }],
        setSelect: [(u) => this.selected(u)],
        setCursor: [(u) => this.cursorMoved(u)],
      },
    };
  }

  private xAxis(): uPlot.Axis {
    const ink = kInk[this.options.theme];
    const axis: uPlot.Axis = {
      stroke: ink.text, font: kFont, size: 22, gap: 4, space: 56,
      grid: { stroke: ink.grid, width: 1 }, ticks: { show: false }, border: { show: true, stroke: ink.grid, width: 1 },
    };
    if (this.options.x === 'time') return axis;
    const format = this.options.x === 'relative' ? formatSeconds : formatTick;
    const { xScale } = this.options;
    if (xScale.kind !== 'linear') return { ...axis, ...bentAxis(xScale, (u) => u.width / 70, (value, step) => format(value, step ?? Math.abs(value))) };
    const incrs = this.options.x === 'relative' ? { incrs: [...kSecondSteps] } : {};
    return {
      ...axis, ...incrs,
      values: (_u, splits, _axis, _space, step) => splits.map((value) => format(value, step)),
    };
  }

  private yAxis(): uPlot.Axis {
    const ink = kInk[this.options.theme];
    const { unit, scale } = this.options;
    const isBytes = unit === 'bytes' || unit === 'bytes/s';
    const axis: uPlot.Axis = {
      stroke: ink.text, font: kFont, gap: 6, space: 34,
      grid: { stroke: ink.grid, width: 1 }, ticks: { show: false },
      size: (_u, values) => {
        const longest = Math.max(2, ...((values as string[] | null) ?? []).map((text) => text.length));
        return Math.round(longest * 6.3 + 14);
      },
      values: (_u, splits, _axis, _space, step) => splits.map((value) => (isBytes ? formatWithUnit(value, unit, digitsFor(value, step)) : formatTick(value, step))),
    };
    if (scale.kind === 'linear') return isBytes ? { ...axis, incrs: [...kByteSteps] } : axis;
    return { ...axis, ...bentAxis(scale, () => (this.options.height - 30) / 30, (value, step) => formatWithUnit(value, unit, step === null ? 3 : digitsFor(value, step))) };
  }

  private geometry(u: uPlot): Plot {
    return {
      left: u.bbox.left, top: u.bbox.top, width: u.bbox.width, height: u.bbox.height,
      x: this.x, y: this.y, scale: this.options.scale, xScale: this.options.xScale, ratio: devicePixelRatio,
    };
  }

  private paintOverlay(): void {
    const { overlay, plot } = this;
    const { width, height } = plot.bbox;
    const context = overlay.getContext('2d');
    if (!context) return;
    if (overlay.width !== width || overlay.height !== height) Object.assign(overlay, { width, height });
    else context.clearRect(0, 0, width, height);
    this.options.paintOver(context, { ...this.geometry(plot), left: 0, top: 0 });
  }

  private selected(u: uPlot): void {
    const { left, width } = u.select;
    if (width < kLeastDragPx) return;
    const range = { min: u.posToVal(left, 'x'), max: u.posToVal(left + width, 'x') };
    u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.options.onZoom(range);
  }

  private cursorMoved(u: uPlot): void {
    const { left = -1, top = -1 } = u.cursor;
    if (left < 0) {
      this.options.onCursor(null);
      return;
    }
    const y = this.pointerInside ? u.posToVal(top, 'y') : null;
    this.options.onCursor({ x: u.posToVal(left, 'x'), y, left, top });
  }
}
