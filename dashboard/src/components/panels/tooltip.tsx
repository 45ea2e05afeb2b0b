// The values under the crosshair, beside the pointer and inside the window. One for the whole page.
import { createSignal, For, onCleanup, Show } from 'solid-js';
import type { XMode } from '../../api/types';
import type { ChartHover } from '../../charts/line_chart';
import { formatCount, formatDateTime, formatDuration, formatNumber } from '../../lib/format';
import { formatWithUnit, unitOf } from '../../lib/units';
import './tooltip.css';

interface Tip {
  title: string;
  x: XMode;
  hover: ChartHover;
  smoothed: boolean;
}

const [tip, setTip] = createSignal<Tip | null>(null);
export const showTip = setTip;

const kMostRows = 10;
const kGapPx = 18;

export function formatX(x: XMode, value: number): string {
  if (x === 'time') return formatDateTime(value * 1e6);
  if (x === 'relative') return formatDuration(value);
  return `${x === 'step' ? 'step' : x.slice('metric:'.length)} ${Number.isInteger(value) ? formatCount(value) : formatNumber(value, 6)}`;
}

function place(element: HTMLElement, client: { x: number; y: number }): void {
  const { offsetWidth: width, offsetHeight: height } = element;
  const right = client.x + kGapPx + width <= innerWidth - 8;
  const left = right ? client.x + kGapPx : Math.max(8, client.x - kGapPx - width);
  const top = Math.min(Math.max(8, client.y - height / 2), innerHeight - height - 8);
  element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}

function TipBody(props: { tip: Tip; client: { x: number; y: number } }) {
  let element!: HTMLDivElement;
  const shown = () => props.tip.hover.rows.slice(0, kMostRows).sort((a, b) => b.value - a.value);
  const say = (value: number, digits?: number): string => formatWithUnit(value, unitOf(props.tip.title), digits);
  const position = (): undefined => {
    const { client } = props;
    shown();
    queueMicrotask(() => place(element, client));
  };
  return (
    <div ref={element} class="tip" aria-hidden="true" data-position={position()}>
      <div class="tip-head">
        <span class="ellipsis">{props.tip.title}</span>
        <span class="faint">{formatX(props.tip.x, props.tip.hover.nearest?.x ?? props.tip.hover.rows[0]?.x ?? props.tip.hover.x)}</span>
      </div>
      <For each={shown()}>
        {(row) => (
          <div class="tip-row" classList={{ near: row.run === props.tip.hover.nearest?.run && shown().length > 1 }}>
            <span class="tip-mark" style={{ 'background-color': row.color }} />
            <span class="ellipsis">{row.label}</span>
            <span class="tip-value">{say(row.value)}</span>
            <Show when={props.tip.smoothed}><span class="tip-extra">{say(row.raw)}</span></Show>
            <Show when={row.range}>
              {(range) => <span class="tip-extra">{say(range().min, 3)} … {say(range().max, 3)}{row.runs > 0 ? ` · n ${row.runs}` : ''}</span>}
            </Show>
          </div>
        )}
      </For>
      <Show when={props.tip.hover.rows.length > kMostRows}>
        <div class="tip-more">+{props.tip.hover.rows.length - kMostRows} more</div>
      </Show>
    </div>
  );
}

// Outside of the page's elements, so that none of them cuts it off.
export function TooltipLayer() {
  const layer = (
    <div>
      <Show when={tip()}>
        {(current) => (
          <Show when={current().hover.rows.length > 0 && current().hover.client}>
            {(client) => <TipBody tip={current()} client={client()} />}
          </Show>
        )}
      </Show>
    </div>
  ) as HTMLElement;
  document.body.append(layer);
  onCleanup(() => layer.remove());
  return null;
}
