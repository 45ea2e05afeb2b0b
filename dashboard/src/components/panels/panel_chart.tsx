// The chart of one key, from the store's lines and the view's settings. The panel and the full window share it.
import { createMemo } from 'solid-js';
import { LineChart, type ChartHover, type ChartLine } from '../../charts/line_chart';
import { describeChart } from '../../charts/describe';
import type { LineData } from '../../charts/line_data';
import { ema, emaBefore } from '../../charts/smoothing';
import { lineStyle } from '../../lib/palette';
import { unitOf } from '../../lib/units';
import { theme } from '../../state/theme';
import { axisOf, storeOf, type PanelContext } from './model';
import { showTip } from './tooltip';

// The lines of a key as they are drawn now: visible runs with data, smoothed if the view says so.
export function createLines(context: PanelContext, keyName: () => string, section: () => string): () => ChartLine[] {
  const averages = new WeakMap<LineData, { version: number; factor: number; values: Float64Array }>();
  function average(run: string, data: LineData, factor: number): Float64Array {
    const held = averages.get(data);
    if (held?.version === data.version && held.factor === factor) return held.values;
    const store = storeOf(context, section());
    const range = store.range();
    const whole = store.overview(keyName(), run);
    const start = range && whole && data.n > 0 ? emaBefore(whole, factor, data.x[0]!) : undefined;
    const values = ema(data, factor, start);
    averages.set(data, { version: data.version, factor, values });
    return values;
  }
  return createMemo(() => {
    const series = storeOf(context, section()).panel(keyName())();
    const factor = context.view.smoothing();
    return context.runs().flatMap((run): ChartLine[] => {
      const data = series.lines.get(run.id);
      if (!data || data.n === 0) return [];
      const smoothed = factor > 0 ? average(run.id, data, factor) : null;
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
  const axis = () => axisOf(props.context, props.section);
  const hovered = (hover: ChartHover | null): void => {
    props.onHover(hover);
    if (!hover) {
      showTip(null);
      props.context.view.setFocusedRun(null);
      return;
    }
    if (!hover.client) return;
    props.context.view.setFocusedRun(hover.nearest?.run ?? null);
    showTip({ title: props.keyName, x: axis().x(), hover, smoothed: props.context.view.smoothing() > 0 });
  };
  return (
    <LineChart
      lines={props.lines}
      range={axis().range()}
      x={axis().x()}
      scale={props.context.view.isLog(props.keyName) ? 'log' : 'linear'}
      unit={unitOf(props.keyName)}
      theme={theme()}
      height={props.height}
      syncKey={axis().x()}
      label={describeChart(props.keyName, props.lines)}
      focusedRun={props.context.view.focusedRun()}
      onZoom={(range) => axis().zoom(range)}
      onHover={hovered}
      onWidth={props.onWidth}
    />
  );
}
