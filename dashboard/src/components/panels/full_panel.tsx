// A panel in the whole window: its address can be shared; Escape or Back returns; the arrows step through the panels.
import { createEffect, createSignal, on, onCleanup, onMount, Show } from 'solid-js';
import { honestyOf } from '../../charts/describe';
import type { ChartLine } from '../../charts/line_chart';
import { Icon } from '../icons';
import { ExportMenu } from './export_menu';
import { axisOf, isSystem, storeOf, xName, type PanelContext } from './model';
import { createLines, PanelChart } from './panel_chart';
import { PanelTable } from './panel_table';
import { AxisTools } from './toolbar';
import './full_panel.css';

const kTableShare = 0.3;

export function FullPanel(props: { context: PanelContext; keyName: string; section: string; step: (by: 1 | -1) => void }) {
  let dialog!: HTMLDialogElement;
  const [height, setHeight] = createSignal(400);
  const store = () => storeOf(props.context, props.section, props.keyName);
  const lines = createLines(props.context, () => props.keyName, () => props.section);
  const close = (): void => props.context.view.open(null);

  onMount(() => {
    dialog.showModal();
    dialog.tabIndex = -1;
    dialog.focus();
    const measure = () => setHeight(Math.max(220, Math.round(dialog.clientHeight * (1 - kTableShare) - 110)));
    measure();
    addEventListener('resize', measure);
    onCleanup(() => removeEventListener('resize', measure));
  });
  createEffect(on([() => props.keyName, store], ([key, from]) => from.want(key, innerWidth)));

  const onKey = (event: KeyboardEvent): void => {
    // The chart itself uses the arrows for its crosshair.
    if ((event.target as Element).closest('.line-chart, input, select')) return;
    if (event.key === 'ArrowLeft') props.step(-1);
    if (event.key === 'ArrowRight') props.step(1);
  };

  return (
    <dialog ref={dialog} class="full-panel" aria-label={props.keyName} onKeyDown={onKey}
      onCancel={(event) => { event.preventDefault(); close(); }}>
      <div class="full-head">
        <h2 class="ellipsis">{props.keyName}</h2>
        <AxisTools context={props.context} axis={isSystem(props.section) ? 'system' : 'main'} />
        <button type="button" class="icon-button text" aria-pressed={props.context.view.isLog(props.keyName)}
          aria-label="log: logarithmic y axis" onClick={() => props.context.view.toggleLog(props.keyName)}>log</button>
        <ExportMenu context={props.context} keyName={props.keyName} section={props.section} lines={lines()} />
        <button type="button" class="icon-button" aria-label="Previous panel" title="Previous panel" onClick={() => props.step(-1)}>
          <span class="flip"><Icon name="chevron" /></span>
        </button>
        <button type="button" class="icon-button" aria-label="Next panel" title="Next panel" onClick={() => props.step(1)}><Icon name="chevron" /></button>
        <button type="button" class="icon-button" aria-label="Close" title="Close (Esc)" onClick={close}><Icon name="close" /></button>
      </div>
      <Show when={lines().length > 0} fallback={<div class="panel-note">Nothing to draw in this range.</div>}>
        <PanelChart context={props.context} keyName={props.keyName} section={props.section} lines={lines()} height={height()}
          onHover={() => undefined} onWidth={(width) => store().want(props.keyName, width)} />
        <FullFoot lines={lines()} axis={xName(axisOf(props.context, props.section, props.keyName).x)} />
        <PanelTable title={props.keyName} lines={lines()} x={axisOf(props.context, props.section, props.keyName).x} />
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
