// One key: heading with the value under the crosshair, chart or table, and what is drawn of what is stored. Mounted
// only while it can be seen.
import { batch, createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from 'solid-js';
import type { ChartHover } from '../../charts/line_chart';
import { honestyOf } from '../../charts/describe';
import { panelTitle } from '../../lib/sections';
import { isExpression, panelName } from '../../state/expression_store';
import { kFewLines } from '../../state/series_form';
import { formatWithUnit, unitOf } from '../../lib/units';
import { Icon } from '../icons';
import { ExportMenu } from './export_menu';
import { axisOf, storeOf, xName, type PanelContext } from './model';
import { PanelChart } from './panel_chart';
import { createPanelLines } from './panel_lines';
import { PanelTable } from './panel_table';
import { ScaleButton } from './scale_button';
import { Swatch } from './swatch';
import { formatX } from './tooltip';
import './panel.css';

const kChartHeight = 186;
const kNearPx = 240;
// About what the y axis and the edges take of a panel, as long as there is no plot to measure.
const kAxisWidth = 56;
// More do not fit into the one line of the legend.
const kMostNamed = 8;

export function Panel(props: { context: PanelContext; keyName: string; section: string }) {
  let host!: HTMLElement;
  // Near the window: its lines are asked for; and its chart is made.
  const [isNear, setNear] = createSignal(false);
  const [isSeen, setSeen] = createSignal(false);
  const [isTable, setTable] = createSignal(false);
  // Pointed at, or under the keyboard: its values are read.
  const [isRead, setRead] = createSignal(false);
  const [hover, setHover] = createSignal<ChartHover | null>(null);
  const [width, setWidth] = createSignal(0);
  const view = () => props.context.view;
  const store = () => storeOf(props.context, props.section, props.keyName);
  const held = createPanelLines(props.context, () => props.keyName, () => props.section);
  const lines = held.drawn;
  const series = () => store().panel(props.keyName)();
  const honesty = createMemo(() => honestyOf(lines().map((line) => line.data)));
  const title = (): string => panelName(props.keyName);
  const unit = () => unitOf(props.keyName);
  const remove = (): (() => void) | null => {
    if (props.context.remover) return props.context.remover(props.keyName);
    return isExpression(props.keyName) ? () => view().setExpressions(view().expressions().filter((one) => one !== title())) : null;
  };
  const axis = () => axisOf(props.context, props.section, props.keyName);

  const areMany = createMemo(() => props.context.runs().length > kFewLines);
  // What fills a part of the y axis only, or stands on a bent scale, is seen more sharply than a level.
  const canRound = (): boolean => view().yScale(props.keyName).kind === 'linear' && view().outliers() === 'show';

  onMount(() => {
    const saw = (near: boolean): void => batch(() => {
      setNear(near);
      setSeen(near);
    });
    const observer = new IntersectionObserver((changes) => saw(changes[changes.length - 1]?.isIntersecting ?? false), { rootMargin: `${kNearPx}px` });
    observer.observe(host);
    // The observer tells after a frame; what is near the window when the page is made need not wait for it. All panels
    // are measured before the first one changes anything, and what they lack is on its way before the charts are made.
    let timer = 0;
    onCleanup(() => {
      observer.disconnect();
      clearTimeout(timer);
    });
    const box = host.getBoundingClientRect();
    const guessed = box.width - kAxisWidth;
    if (box.top < innerHeight + kNearPx && box.bottom > -kNearPx) {
      queueMicrotask(() => setNear(true));
      timer = window.setTimeout(() => setSeen(true));
    }
    createEffect(on([isNear, width, store, canRound], ([near, wide, , rounded]) => {
      if (near) onCleanup(held.want(wide > 0 ? wide : guessed, rounded ? kChartHeight : null));
    }));
    createEffect(on([isSeen, isRead, width, store, areMany], ([seen, read, wide]) => {
      if (seen && read) onCleanup(held.wantExact(wide));
    }));
  });

  // A single line says its value in the heading: the last one, or the one under the crosshair.
  const reading = createMemo(() => {
    if (props.context.runs().length !== 1) return null;
    const line = lines()[0];
    if (!line) return null;
    const at = hover()?.rows[0];
    if (at) return { text: formatWithUnit(at.value, unit()), title: formatX(axis().x, at.x) };
    return { text: formatWithUnit(line.data.last[line.data.n - 1]!, unit()), title: 'last value' };
  });

  return (
    <section ref={host} class="panel" aria-label={title()} data-key={props.keyName} data-state={series().status}
      onPointerEnter={() => setRead(true)} onFocusIn={() => setRead(true)}>
      <header class="panel-head">
        <h3 class="ellipsis" title={title()}>{panelTitle(title(), props.section)}</h3>
        <Show when={reading()}>{(value) => <span class="panel-reading" title={value().title}>{value().text}</span>}</Show>
        <div class="panel-tools">
          <ScaleButton view={view()} keyName={props.keyName} name={title()} />
          <button type="button" class="icon-button" aria-pressed={isTable()} title="Show as a table"
            aria-label={`Show ${title()} as a table`} onClick={() => setTable(!isTable())}><Icon name="table" /></button>
          <ExportMenu context={props.context} keyName={props.keyName} section={props.section} lines={held.whenExact} />
          <Show when={remove()}>
            {(take) => (
              <button type="button" class="icon-button" title="Remove" aria-label={`Remove ${title()}`} onClick={() => take()()}><Icon name="close" /></button>
            )}
          </Show>
          <button type="button" class="icon-button" title="Fill the window" aria-label={`Show ${title()} in the whole window`}
            onClick={() => view().open(props.keyName)}><Icon name="expand" /></button>
        </div>
      </header>
      {/* The chart is made while its lines are on their way. */}
      <div class="panel-body" classList={{ waiting: lines().length === 0 }}>
        <Show when={isSeen()}>
          <Show when={series().status === 'error'}>
            <div class="panel-note" role="alert">
              <span>{series().error}</span>
              <button type="button" class="button" onClick={() => store().retry(props.keyName)}>Try again</button>
            </div>
          </Show>
          <Show when={series().status === 'ready' && series().error !== ''}>
            <div class="panel-behind" role="alert">
              <span class="ellipsis" title={series().error}>{series().error}</span>
              <button type="button" class="button" onClick={() => store().retry(props.keyName)}>Try again</button>
            </div>
          </Show>
          <Show when={series().status === 'ready' && lines().length === 0}>
            <div class="panel-note">{axis().range() ? 'Nothing in this range.' : 'Not logged by the visible runs.'}</div>
          </Show>
          <Show when={series().status === 'loading'}><div class="panel-wait" role="status" aria-label="Loading" /></Show>
          <Show when={lines().length > 0 || series().status === 'loading'}>
            <Show when={isTable()} fallback={
              <PanelChart context={props.context} keyName={props.keyName} section={props.section} lines={lines()} reading={held.reading}
                height={kChartHeight} onHover={setHover} onWidth={setWidth} />
            }>
              <PanelTable title={title()} lines={held.exact()} x={axis().x} />
            </Show>
          </Show>
        </Show>
      </div>
      <Show when={props.context.hasLegend() && lines().length > 1}>
        <ul class="panel-legend" classList={{ two: props.context.view.groupBy().length > 0 }}>
          <For each={props.context.runs().slice(0, kMostNamed)}>
            {(run) => <li title={run.label}><Swatch color={run.color} /><span class="ellipsis">{run.label}</span></li>}
          </For>
        </ul>
      </Show>
      <footer class="panel-foot">
        <span>{hover() ? formatX(axis().x, hover()!.rows[0]?.x ?? hover()!.x) : xName(axis().x)}</span>
        <Show when={lines().length > 0}>
          <span class="panel-honesty" title={honesty().title}>{honesty().text}</span>
        </Show>
      </footer>
    </section>
  );
}
