// A run's histograms of a key: all steps as a picture, the one at the step as bars, and its counts as a table.
import { createEffect, createMemo, createResource, createSignal, onCleanup, onMount, Show } from 'solid-js';
import { messageOf } from '../../api/http';
import { readMediaBytes, type MediaEntry } from '../../api/media';
import type { Json } from '../../api/types';
import { scaleColor } from '../../lib/color_scale';
import { formatCount, formatNumber, plural } from '../../lib/format';
import { evenly, heatOf, histogramOf, totalOf, type Heat, type HistogramAt } from '../../lib/histograms';
import { entriesAt } from '../../lib/media_steps';
import { held } from '../../state/held';
import { chooseStep } from '../../state/media_panels';
import { theme } from '../../state/theme';
import { DataTable } from '../data_table';

// Steps that are drawn; of more, evenly chosen ones.
const kMostDrawn = 200;
// Requests under way at once: a browser opens no more connections to a server.
const kAtOnce = 5;
const kHeight = 150;
const kDecoder = new TextDecoder();

async function readOne(entry: MediaEntry, signal: AbortSignal): Promise<HistogramAt | null> {
  const content = JSON.parse(kDecoder.decode(await readMediaBytes(entry, signal))) as Json;
  return histogramOf(content, entry.step);
}

// Of equal steps the last counts.
async function readAll(entries: readonly MediaEntry[], signal: AbortSignal): Promise<HistogramAt[]> {
  const wanted = evenly([...new Map(entries.map((entry) => [entry.step, entry])).values()], kMostDrawn);
  const read: (HistogramAt | null)[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < wanted.length) {
      const at = next++;
      read[at] = await readOne(wanted[at]!, signal);
    }
  };
  await Promise.all(Array.from({ length: kAtOnce }, work));
  return read.filter((one) => one !== null);
}

const other = (entry: MediaEntry, name: string): number => (typeof entry.description[name] === 'number' ? entry.description[name] : 0);

export function HistogramItem(props: { entries: readonly MediaEntry[]; step: number; label: string }) {
  const abort = new AbortController();
  onCleanup(() => abort.abort());
  const [all, { refetch }] = createResource(() => props.entries, (entries) => readAll(entries, abort.signal));
  const entry = createMemo(() => entriesAt(props.entries, props.step).at(-1) ?? null);
  const [at] = createResource(entry, (one) => readOne(one, abort.signal));
  const count = () => new Set(props.entries.map((one) => one.step)).size;
  return (
    <Show when={!(all.error as unknown)} fallback={
      <div class="media-note" role="alert"><p>{messageOf(all.error)}</p><button type="button" class="button" onClick={() => void refetch()}>Try again</button></div>
    }>
      <Show when={held(all)} fallback={<div class="media-wait" role="status" aria-label="Loading" />}>
        {(histograms) => (
          <Show when={histograms().length > 0} fallback={<p class="media-note">What was logged is no histogram.</p>}>
            <HeatPicture histograms={histograms()} step={entry()?.step ?? props.step} label={props.label} />
            <Show when={count() > kMostDrawn}><p class="media-late faint">{kMostDrawn} of {formatCount(count())} steps are drawn</p></Show>
          </Show>
        )}
      </Show>
      <Show when={held(at)}>{(one) => <Bars histogram={one()} label={props.label} nan={entry() ? other(entry()!, 'nan') : 0} infinite={entry() ? other(entry()!, 'infinite') : 0} />}</Show>
    </Show>
  );
}

function HeatPicture(props: { histograms: readonly HistogramAt[]; step: number; label: string }) {
  let canvas!: HTMLCanvasElement;
  const [width, setWidth] = createSignal(0);
  const heat = createMemo(() => heatOf(props.histograms));
  const column = () => props.histograms.reduce((last, one, index) => (one.step <= props.step ? index : last), 0);
  onMount(() => {
    const observer = new ResizeObserver(() => setWidth(canvas.clientWidth));
    observer.observe(canvas);
    onCleanup(() => observer.disconnect());
  });
  createEffect(() => {
    if (width() > 0) paint(canvas, { heat: heat(), columns: props.histograms.length, chosen: column(), width: width(), theme: theme() });
  });
  const told = () => `Histograms of ${props.label} over ${plural(props.histograms.length, 'step')}, ${props.histograms[0]!.step} to ${props.histograms.at(-1)!.step}, values from ${formatNumber(heat().low)} to ${formatNumber(heat().high)}`;
  const choose = (event: MouseEvent): void => {
    const share = event.offsetX / Math.max(1, width());
    const one = props.histograms[Math.min(props.histograms.length - 1, Math.floor(share * props.histograms.length))];
    if (one) chooseStep(one.step);
  };
  return (
    <div class="heat">
      <div class="heat-axis faint" aria-hidden="true"><span>{formatNumber(heat().high, 3)}</span><span>{formatNumber(heat().low, 3)}</span></div>
      <canvas ref={canvas} class="heat-canvas" role="img" aria-label={told()} title="Darker or lighter: more of the step's values; a press chooses the step" onClick={choose} />
    </div>
  );
}

interface Painting {
  heat: Heat;
  columns: number;
  chosen: number;
  width: number;
  theme: 'light' | 'dark';
}

function paint(canvas: HTMLCanvasElement, what: Painting): void {
  const scale = devicePixelRatio;
  canvas.width = Math.round(what.width * scale);
  canvas.height = Math.round(kHeight * scale);
  const context = canvas.getContext('2d')!;
  const perColumn = canvas.width / what.columns;
  const y = (value: number): number => ((what.heat.high - value) / (what.heat.high - what.heat.low)) * canvas.height;
  for (const cell of what.heat.cells) {
    // The scale's end that stands out from the surface is the full one: dark on light, light on dark.
    context.fillStyle = scaleColor(what.theme === 'light' ? 1 - cell.share : cell.share, what.theme);
    context.globalAlpha = 0.15 + 0.85 * cell.share;
    const [top, bottom] = [Math.round(y(cell.high)), Math.round(y(cell.low))];
    const [left, right] = [Math.round(cell.column * perColumn), Math.round((cell.column + 1) * perColumn)];
    context.fillRect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
  }
  context.globalAlpha = 1;
  if (what.columns < 2) return;
  context.strokeStyle = getComputedStyle(canvas).color;
  context.lineWidth = Math.max(1, Math.round(scale));
  context.strokeRect(Math.floor(what.chosen * perColumn) + 0.5, 0.5, Math.max(2, Math.ceil(perColumn) - 1), canvas.height - 1);
}

function Bars(props: { histogram: HistogramAt; label: string; nan: number; infinite: number }) {
  const most = () => props.histogram.counts.reduce((a, b) => Math.max(a, b), 1);
  const range = () => props.histogram.edges.at(-1)! - props.histogram.edges[0]!;
  const x = (edge: number): number => ((edge - props.histogram.edges[0]!) / range()) * 400;
  const path = (): string => props.histogram.counts.map((count, i) => {
    const [left, right, height] = [x(props.histogram.edges[i]!), x(props.histogram.edges[i + 1]!), (count / most()) * 60];
    return `M${left} 60V${60 - height}H${right}V60z`;
  }).join('');
  const table = () => ({
    columns: ['from', 'to', 'count'],
    rows: props.histogram.counts.map((count, i) => [props.histogram.edges[i]!, props.histogram.edges[i + 1]!, count]),
  });
  const beside = (): string => [props.nan > 0 ? `${formatCount(props.nan)} NaN` : '', props.infinite > 0 ? `${formatCount(props.infinite)} infinite` : ''].filter((one) => one !== '').join(', ');
  return (
    <>
      <svg class="bars" viewBox="0 0 400 60" preserveAspectRatio="none" aria-hidden="true"><path d={path()} /></svg>
      <div class="heat-range faint" aria-hidden="true"><span>{formatNumber(props.histogram.edges[0]!, 3)}</span><span>{formatNumber(props.histogram.edges.at(-1)!, 3)}</span></div>
      <details class="media-counts">
        <summary>{formatCount(totalOf(props.histogram))} values at step {formatCount(props.histogram.step)}{beside() === '' ? '' : `, ${beside()}`}</summary>
        <DataTable label={`Counts of ${props.label} at step ${props.histogram.step}`} table={table()} digits={6} />
      </details>
    </>
  );
}
