// A line chart: uPlot's shell with our painter in it. All that is shown comes in as props; what the reader does goes
// out as callbacks.
import { createEffect, createMemo, on, onCleanup, onMount, untrack } from 'solid-js';
import type { XMode } from '../api/types';
import type { Theme } from '../lib/palette';
import type { Unit } from '../lib/units';
import { hoverAt, type Hover, type HoverLine, type HoverRow, type LineValues } from './hover';
import { paintLines, paintOver, type Plot } from './paint';
import { clippedExtent, emptyExtent, padded, panned, positiveX, xExtent, yExtent, zoomed, type Clipped, type Range } from './range';
import { scaleWords, type Scale } from './scale';
import { ChartShell, type ShellCursor } from './uplot_shell';
import './line_chart.css';

export interface ChartLine extends HoverLine {
  dash: readonly number[];
  isPinned: boolean;
}

// What a line is read from where it is drawn from a picture.
export type Reading = (line: ChartLine) => LineValues;

// Where the reader points; `client` only in the chart under the pointer or the keyboard.
export interface ChartHover extends Hover {
  x: number;
  client: { x: number; y: number } | null;
}

export interface LineChartProps {
  lines: readonly ChartLine[];
  reading: Reading;
  // The zoom; null shows everything.
  range: Range | null;
  x: XMode;
  scale: Scale;
  xScale: Scale;
  // 'clip': the y range leaves out the farthest hundredths.
  outliers: 'show' | 'clip';
  unit: Unit;
  theme: Theme;
  height: number;
  syncKey: string;
  label: string;
  focusedRun: string | null;
  onZoom: (range: Range | null) => void;
  // The key that goes to the next scale of the y axis.
  onNextScale: () => void;
  onHover: (hover: ChartHover | null) => void;
  onWidth: (width: number) => void;
  // What clipping hides.
  onClipped?: (clipped: Clipped | null) => void;
}

// The panel's own ground, over lines that step back.
const kVeil: Readonly<Record<Theme, string>> = { light: '#ffffff', dark: '#14171c' };
const kMostDots = 10;
const kNearPx = 40;

export function LineChart(props: LineChartProps) {
  let host!: HTMLDivElement;
  let shell: ChartShell | null = null;
  let dots: HTMLElement[] = [];

  const ranges = createMemo(() => {
    const data = props.lines.map((line) => line.data);
    const x = props.range ?? xExtent(data) ?? { min: 0, max: 1 };
    const some = x.max > x.min ? x : { min: x.min - 0.5, max: x.max + 0.5 };
    const wide = props.xScale.kind === 'log' ? positiveX(data, some) : some;
    const clipped = props.outliers === 'clip' ? clippedExtent(data, wide, props.scale) : null;
    const extent = clipped ? clipped.extent : yExtent(data, wide, props.scale);
    return { x: wide, clipped, y: padded(extent ?? emptyExtent(props.scale), props.scale) };
  });
  createEffect(() => props.onClipped?.(ranges().clipped));

  function paint(context: CanvasRenderingContext2D, plot: Plot): void {
    untrack(() => paintLines(context, plot, props.lines, props.outliers === 'clip' ? 'arrows' : 'none'));
  }

  // The line that is pointed at comes forward, the others step back behind a veil.
  function paintFocus(context: CanvasRenderingContext2D, plot: Plot): void {
    untrack(() => {
      if (props.focusedRun === null || props.lines.length < 2) return;
      const strong = props.lines.find((line) => line.run === props.focusedRun);
      paintOver(context, plot, strong ?? null, kVeil[props.theme]);
    });
  }

  // Dots on the lines under the crosshair: the nearest ones when there are many.
  function placeDots(rows: readonly HoverRow[]): void {
    const current = shell;
    if (!current) return;
    const shown = rows.slice(0, kMostDots);
    while (dots.length < shown.length) {
      const dot = document.createElement('div');
      dot.className = 'chart-dot';
      current.over.append(dot);
      dots.push(dot);
    }
    dots.forEach((dot, i) => {
      const row = shown[i];
      const y = row ? current.toPixel(row.value, 'y') : NaN;
      dot.hidden = !row || !Number.isFinite(y);
      if (!row || dot.hidden) return;
      dot.style.transform = `translate(${current.toPixel(row.x, 'x')}px, ${y}px)`;
      dot.style.backgroundColor = row.color;
    });
  }

  function cursorMoved(cursor: ShellCursor | null): void {
    const current = shell;
    if (!cursor || !current) {
      placeDots([]);
      props.onHover(null);
      return;
    }
    const { x } = ranges();
    const slack = ((x.max - x.min) / Math.max(1, current.plotWidth)) * 6;
    const distance = cursor.y === null ? null : (row: HoverRow) => Math.abs(current.toPixel(row.value, 'y') - cursor.top);
    // Other charts only follow: their dots are as right as their picture.
    const lines = distance ? props.lines.map((line) => ({ ...line, ...props.reading(line) })) : props.lines;
    const hover = hoverAt(lines, cursor.x, slack, distance);
    if (hover.nearest && distance && distance(hover.nearest) > kNearPx) hover.nearest = null;
    placeDots(distance || hover.rows.length <= kMostDots ? hover.rows : hover.rows.filter((row) => row.run === props.focusedRun));
    const { box } = current;
    props.onHover({
      ...hover, x: cursor.x,
      client: cursor.y === null ? null : { x: box.left + cursor.left, y: box.top + cursor.top },
    });
  }

  function build(): void {
    shell?.destroy();
    dots = [];
    shell = new ChartShell({
      element: host, syncKey: props.syncKey, x: props.x, scale: props.scale, xScale: props.xScale, unit: props.unit, theme: props.theme, height: props.height,
      paint, paintOver: paintFocus, onCursor: cursorMoved, onZoom: (range) => props.onZoom(range), onReset: () => props.onZoom(null),
    });
    const { x, y } = ranges();
    shell.setRanges(x, y);
    props.onWidth(shell.plotWidth);
  }

  onMount(() => {
    createEffect(on(() => [props.x, props.scale, props.xScale, props.unit, props.theme, props.height, props.syncKey], () => untrack(build)));
    // Other lines make other ranges, if only equal ones: this draws them as well, once.
    createEffect(on(ranges, ({ x, y }) => shell?.setRanges(x, y), { defer: true }));
    createEffect(on(() => props.focusedRun, () => shell?.repaintOver(), { defer: true }));
    const observer = new ResizeObserver(() => {
      shell?.resize(host.clientWidth);
      if (shell) props.onWidth(shell.plotWidth);
    });
    observer.observe(host);
    onCleanup(() => {
      observer.disconnect();
      shell?.destroy();
      shell = null;
    });
  });

  function onKey(event: KeyboardEvent): void {
    const { x } = ranges();
    const zoom = (factor: number): void => props.onZoom(zoomed(x, factor, props.xScale));
    const pan = (fraction: number): void => props.onZoom(panned(x, fraction, props.xScale));
    const actions: Record<string, () => void> = {
      ArrowLeft: () => (event.shiftKey ? pan(-0.2) : shell?.moveCursor(-8)),
      ArrowRight: () => (event.shiftKey ? pan(0.2) : shell?.moveCursor(8)),
      '+': () => zoom(0.5),
      '-': () => zoom(2),
      '0': () => props.onZoom(null),
      l: () => props.onNextScale(),
      Escape: () => shell?.hideCursor(),
    };
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== 'Escape') event.preventDefault();
    action();
  }

  const axes = (): string => {
    const [y, x] = [scaleWords(props.scale), scaleWords(props.xScale)];
    return `${y === '' ? '' : `. The y axis is ${y}`}${x === '' ? '' : `. The x axis is ${x}`}`;
  };

  return (
    <div
      ref={host}
      class="line-chart"
      role="group"
      tabindex="0"
      aria-roledescription="line chart"
      aria-label={`${props.label}${axes()}. Arrow keys move the crosshair, plus and minus zoom, 0 shows everything, l changes the y scale.`}
      onKeyDown={onKey}
      onBlur={() => shell?.hideCursor()}
    />
  );
}
