// A plot that a run logged, drawn where it is a simple one. What stands in it can be read below.
import { createMemo, createSignal, For, Show } from 'solid-js';
import { CanvasPlot, type CanvasSize } from '../../charts/canvas_plot';
import { boxOf, colorOf, paintPlot, placePlot } from '../../charts/simple_plot';
import { plural } from '../../lib/format';
import type { SimplePlot } from '../../lib/vega_plot';
import { theme } from '../../state/theme';
import './plot_item.css';

const kHeight = 300;
// More names than colours tell nothing.
const kMostNamed = 8;

export function PlotItem(props: { plot: SimplePlot; label: string }) {
  const [size, setSize] = createSignal<CanvasSize>({ width: 0, height: kHeight });
  const placed = createMemo(() => placePlot(props.plot, boxOf(size())));
  const told = (): string => `${props.label}: ${props.plot.y.title} against ${props.plot.x.title}, ${plural(props.plot.x.values.length, 'value')}`;
  return (
    <div class="plot-item">
      <Show when={props.plot.title !== ''}><p><strong>{props.plot.title}</strong></p></Show>
      <p class="faint">{props.plot.y.title}</p>
      <CanvasPlot label={told()} height={kHeight} cursor="default" onSize={setSize} onPointer={() => undefined}
        paint={(context) => paintPlot(context, props.plot, placed(), theme())} />
      <p class="faint plot-item-x">{props.plot.x.title}</p>
      <Show when={props.plot.color}>
        {(color) => (
          <ul aria-label={color().title}>
            <For each={placed().series.slice(0, kMostNamed)}>
              {(series, index) => <li><svg width="10" height="10" aria-hidden="true"><rect width="10" height="10" rx="2" fill={colorOf(index(), theme())} /></svg>{series.name}</li>}
            </For>
            <Show when={placed().series.length > kMostNamed}><li class="faint">{placed().series.length - kMostNamed} more</li></Show>
          </ul>
        )}
      </Show>
    </div>
  );
}
