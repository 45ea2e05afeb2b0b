// A panel in the whole window: its address can be shared; Escape or Back returns; the arrows step through the panels.
import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from 'solid-js';
import { honestyOf } from '../../charts/describe';
import type { ChartLine } from '../../charts/line_chart';
import { panelName } from '../../state/expression_store';
import { kFewLines } from '../../state/series_form';
import { Icon } from '../icons';
import { ExportMenu } from './export_menu';
import { axisOf, isSystem, storeOf, xName, type PanelContext } from './model';
import { PanelChart } from './panel_chart';
import { createPanelLines } from './panel_lines';
import { PanelTable } from './panel_table';
import { ScaleButton } from './scale_button';
import { AxisTools } from './toolbar';
import './full_panel.css';

const kTableShare = 0.3;
const kLeastHeight = 220;
const kFirstWidth = 400;

export function FullPanel(props: { context: PanelContext; keyName: string; section: string; step: (by: 1 | -1) => void }) {
  let dialog!: HTMLDialogElement;
  const [height, setHeight] = createSignal(400);
  const [width, setWidth] = createSignal(innerWidth);
  const store = () => storeOf(props.context, props.section, props.keyName);
  const held = createPanelLines(props.context, () => props.keyName, () => props.section);
  // Drawn sharply, as soon as they are there.
  const lines = createMemo(held.exact);
  const close = (): void => props.context.view.open(null);

  onMount(() => {
    dialog.showModal();
    dialog.tabIndex = -1;
    dialog.focus();
    const measure = () => setHeight(Math.max(kLeastHeight, Math.round(dialog.clientHeight * (1 - kTableShare) - 110)));
    measure();
    addEventListener('resize', measure);
    onCleanup(() => removeEventListener('resize', measure));
  });
  const areMany = createMemo(() => props.context.runs().length > kFewLines);
  createEffect(on([() => props.keyName, store, width, areMany], ([, , wide]) => {
    // Of many lines a small picture first, as the panel below has it.
    onCleanup(held.want(areMany() ? Math.min(wide, kFirstWidth) : wide, kLeastHeight));
    onCleanup(held.wantExact(wide));
  }));

  const onKey = (event: KeyboardEvent): void => {
    // The chart itself uses the arrows for its crosshair.
    if ((event.target as Element).closest('.line-chart, input, select')) return;
    if (event.key === 'ArrowLeft') props.step(-1);
    if (event.key === 'ArrowRight') props.step(1);
  };

  return (
    <dialog ref={dialog} class="full-panel" aria-label={panelName(props.keyName)} onKeyDown={onKey}
      onCancel={(event) => { event.preventDefault(); close(); }}>
      <div class="full-head">
        <h2 class="ellipsis">{panelName(props.keyName)}</h2>
        <AxisTools context={props.context} axis={isSystem(props.section) ? 'system' : 'main'} />
        <ScaleButton view={props.context.view} keyName={props.keyName} name={panelName(props.keyName)} />
        <ExportMenu context={props.context} keyName={props.keyName} section={props.section} lines={held.whenExact} />
        <button type="button" class="icon-button" aria-label="Previous panel" title="Previous panel" onClick={() => props.step(-1)}>
          <span class="flip"><Icon name="chevron" /></span>
        </button>
        <button type="button" class="icon-button" aria-label="Next panel" title="Next panel" onClick={() => props.step(1)}><Icon name="chevron" /></button>
        <button type="button" class="icon-button" aria-label="Close" title="Close (Esc)" onClick={close}><Icon name="close" /></button>
      </div>
      <Show when={lines().length > 0} fallback={<div class="panel-note">Nothing to draw in this range.</div>}>
        <PanelChart context={props.context} keyName={props.keyName} section={props.section} lines={lines()} height={height()}
          reading={held.reading} onHover={() => undefined} onWidth={setWidth} />
        <FullFoot lines={lines()} axis={xName(axisOf(props.context, props.section, props.keyName).x)} />
        <PanelTable title={panelName(props.keyName)} lines={lines()} x={axisOf(props.context, props.section, props.keyName).x} />
      </Show>
    </dialog>
  );
}

function FullFoot(props: { lines: readonly ChartLine[]; axis: string }) {
  const honesty = () => honestyOf(props.lines.map((line) => line.data));
  return (
    <footer class="panel-foot">
      <span>{props.axis}</span>
      <span title={honesty().title}>{honesty().text} points</span>
    </footer>
  );
}
