// The chart of one key, from the store's lines and the view's settings. The panel and the full window share it.
import { createMemo, createSignal, Show } from 'solid-js';
import { describeChart } from '../../charts/describe';
import { LineChart, type ChartHover, type ChartLine, type Reading } from '../../charts/line_chart';
import type { Clipped } from '../../charts/range';
import { kLinear, nextKind } from '../../charts/scale';
import { plural } from '../../lib/format';
import { unitOf } from '../../lib/units';
import { panelName } from '../../state/expression_store';
import { theme } from '../../state/theme';
import { axisOf, type PanelContext } from './model';
import { showTip } from './tooltip';

export function PanelChart(props: {
  context: PanelContext;
  keyName: string;
  section: string;
  lines: readonly ChartLine[];
  reading: Reading;
  height: number;
  onHover: (hover: ChartHover | null) => void;
  onWidth: (width: number) => void;
}) {
  const [clipped, setClipped] = createSignal<Clipped | null>(null);
  const axis = () => axisOf(props.context, props.section, props.keyName);
  const view = () => props.context.view;
  const yScale = createMemo(() => view().yScale(props.keyName));
  const xScale = createMemo(() => (axis().x === 'time' ? kLinear : view().xScale()));
  const hovered = (hover: ChartHover | null): void => {
    props.onHover(hover);
    if (!hover) {
      showTip(null);
      view().setFocusedRun(null);
      return;
    }
    if (!hover.client) return;
    view().setFocusedRun(hover.nearest?.run ?? null);
    showTip({ title: panelName(props.keyName), x: axis().x, hover, smoothed: view().smoothing() !== null && view().groupBy().length === 0 });
  };
  const hiddenText = (): string => {
    const hidden = clipped();
    if (!hidden) return '';
    const parts = [hidden.above > 0 ? `${plural(hidden.above, 'value')} above` : '', hidden.below > 0 ? `${plural(hidden.below, 'value')} below` : ''];
    return parts.filter((part) => part !== '').join(' · ');
  };
  return (
    <>
      <LineChart
        lines={props.lines}
        reading={props.reading}
        range={axis().range()}
        x={axis().x}
        scale={yScale()}
        xScale={xScale()}
        outliers={view().outliers()}
        unit={unitOf(props.keyName)}
        theme={theme()}
        height={props.height}
        syncKey={axis().x}
        label={describeChart(panelName(props.keyName), props.lines)}
        focusedRun={view().focusedRun()}
        onZoom={(range) => axis().zoom(range)}
        onNextScale={() => view().setYScale(props.keyName, nextKind(yScale().kind))}
        onHover={hovered}
        onWidth={props.onWidth}
        onClipped={setClipped}
      />
      <Show when={hiddenText() !== ''}><span class="panel-clipped" title="The y range leaves out the farthest hundredths; arrows mark them">{hiddenText()}</span></Show>
    </>
  );
}
