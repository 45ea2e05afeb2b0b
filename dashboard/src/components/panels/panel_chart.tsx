// The chart of one key, from the store's lines and the view's settings. The panel and the full window share it.
import { createMemo, createSignal, Show } from 'solid-js';
import type { GroupSeries, Smoothing } from '../../api/types';
import { LineChart, type ChartHover, type ChartLine } from '../../charts/line_chart';
import { describeChart } from '../../charts/describe';
import { lineFromGroup, type GroupBand, type LineData } from '../../charts/line_data';
import type { Clipped } from '../../charts/range';
import { formatSmoothing, smoothRaw } from '../../charts/smoothing';
import { plural } from '../../lib/format';
import { lineStyle } from '../../lib/palette';
import { unitOf } from '../../lib/units';
import { theme } from '../../state/theme';
import { axisOf, storeOf, type PanelContext } from './model';
import { showTip } from './tooltip';

// Smoothed values of a line: made here of a whole one, else what the server made of all that it has.
function createSmoothing(): (data: LineData, smoothing: Smoothing) => Float64Array | null {
  const made = new WeakMap<LineData, { version: number; how: string; values: Float64Array }>();
  return (data, smoothing) => {
    const needsOrder = smoothing.kind === 'gaussian' || smoothing.kind === 'twema';
    if (!data.isComplete || (needsOrder && !data.rises)) return data.smoothed;
    const how = formatSmoothing(smoothing)!;
    const held = made.get(data);
    if (held?.version === data.version && held.how === how) return held.values;
    const values = smoothRaw(data.x, data.mid, data.n, smoothing);
    made.set(data, { version: data.version, how, values });
    return values;
  };
}

function createBands(): (group: GroupSeries, band: GroupBand) => LineData {
  const made = new WeakMap<GroupSeries, { band: GroupBand; data: LineData }>();
  return (group, band) => {
    const held = made.get(group);
    if (held?.band === band) return held.data;
    const data = lineFromGroup(group, band);
    made.set(group, { band, data });
    return data;
  };
}

// The lines of a key as they are drawn now: visible runs or groups with data, smoothed if the view says so.
export function createLines(context: PanelContext, keyName: () => string, section: () => string): () => ChartLine[] {
  const smooth = createSmoothing();
  const banded = createBands();
  return createMemo(() => {
    const series = storeOf(context, section(), keyName()).panel(keyName())();
    const smoothing = context.view.smoothing();
    const band = context.view.band();
    return context.runs().flatMap((run): ChartLine[] => {
      const held = series.lines.get(run.id);
      if (!held || held.n === 0) return [];
      const data = held.group ? banded(held.group, band) : held;
      // The lines of groups come smoothed from the server.
      const smoothed = smoothing && !data.group ? smooth(data, smoothing) : null;
      return [{ run: run.id, label: run.label, data, smoothed, ...lineStyle(run.color, theme()) }];
    });
  });
}

export function PanelChart(props: {
  context: PanelContext;
  keyName: string;
  section: string;
  lines: readonly ChartLine[];
  height: number;
  onHover: (hover: ChartHover | null) => void;
  onWidth: (width: number) => void;
}) {
  const [clipped, setClipped] = createSignal<Clipped | null>(null);
  const axis = () => axisOf(props.context, props.section, props.keyName);
  const view = () => props.context.view;
  const hovered = (hover: ChartHover | null): void => {
    props.onHover(hover);
    if (!hover) {
      showTip(null);
      view().setFocusedRun(null);
      return;
    }
    if (!hover.client) return;
    view().setFocusedRun(hover.nearest?.run ?? null);
    showTip({ title: props.keyName, x: axis().x, hover, smoothed: view().smoothing() !== null && view().groupBy().length === 0 });
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
        range={axis().range()}
        x={axis().x}
        scale={view().isLog(props.keyName) ? 'log' : 'linear'}
        xScale={axis().x === 'time' ? 'linear' : view().xScale()}
        outliers={view().outliers()}
        unit={unitOf(props.keyName)}
        theme={theme()}
        height={props.height}
        syncKey={axis().x}
        label={describeChart(props.keyName, props.lines)}
        focusedRun={view().focusedRun()}
        onZoom={(range) => axis().zoom(range)}
        onHover={hovered}
        onWidth={props.onWidth}
        onClipped={setClipped}
      />
      <Show when={hiddenText() !== ''}><span class="panel-clipped" title="The y range leaves out the farthest hundredths; arrows mark them">{hiddenText()}</span></Show>
    </>
  );
}
