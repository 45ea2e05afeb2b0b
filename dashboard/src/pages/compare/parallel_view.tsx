// One axis a value, one track a run, coloured by the metric. A drag along an axis leaves only the runs that pass there,
// and becomes a clause of the run query if the reader wants that.
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Run } from '../../api/types';
import { CanvasPlot, type CanvasSize } from '../../charts/canvas_plot';
import { makeAxis } from '../../charts/plot_axis';
import { axisX, nearestTrack, paintTracks, placeTracks, type Box, type Brush } from '../../charts/run_plots';
import { EmptyState } from '../../components/feedback';
import { cellValue, type ColumnId } from '../../lib/columns';
import { formatJson, plural } from '../../lib/format';
import { nameOf } from '../../lib/legend';
import { fieldText } from '../../lib/query_text';
import { runPath } from '../../lib/route';
import { navigate, query, setQuery } from '../../state/location';
import { theme } from '../../state/theme';
import { ColumnSelect } from './column_select';
import { axisValue, colorsBy, createPlotColumns, labelOf } from './plot_data';
import { PlotTable } from './plot_table';

const kHeight = 440;
const kMostAxes = 8;
const kNearAxisPx = 18;
const kLeastBrush = 0.015;
const boxOf = ({ width, height }: CanvasSize): Box => ({ left: 14, top: 14, width: Math.max(10, width - 28), height: height - 28 });

export function ParallelView(props: { runs: readonly Run[] }) {
  const columns = createPlotColumns(() => props.runs);
  const [size, setSize] = createSignal<CanvasSize>({ width: 0, height: kHeight });
  const [focused, setFocused] = createSignal<string | null>(null);
  const [brushes, setBrushes] = createSignal<readonly Brush[]>([]);
  const [drag, setDrag] = createSignal<Brush | null>(null);
  const metric = (): ColumnId => {
    const asked = query('py');
    return asked !== null && columns().all.includes(asked) ? asked : (columns().metrics[0] ?? 'duration');
  };
  const shown = createMemo((): ColumnId[] => {
    const asked = (query('axes') ?? '').split(',').filter((c) => columns().all.includes(c));
    const chosen = asked.length > 0 ? asked : columns().parameters.slice(0, kMostAxes - 1);
    return [...chosen.filter((c) => c !== metric()), metric()];
  });
  const axes = createMemo(() => shown().map((c) => makeAxis(c, props.runs.map((run) => axisValue(run, c)))));
  const active = createMemo(() => [...brushes().filter((one) => one.axis !== drag()?.axis), ...(drag() ? [drag()!] : [])]);
  const isOut = (run: Run): boolean => active().some((brush) => {
    const at = axes()[brush.axis]?.place(axisValue(run, shown()[brush.axis]!)) ?? null;
    return at === null || at < Math.min(brush.from, brush.to) || at > Math.max(brush.from, brush.to);
  });
  const tracks = createMemo(() => {
    const by = colorsBy(props.runs, metric(), theme());
    return placeTracks(boxOf(size()), axes(), props.runs.map((run) => ({
      run: run.id, color: by(run), isOut: isOut(run), values: shown().map((c) => axisValue(run, c)),
    })));
  });
  const inside = () => tracks().filter((track) => !track.isOut).length;
  const focusedRun = () => props.runs.find((run) => run.id === focused());

  const placeAt = (y: number): number => {
    const box = boxOf(size());
    return Math.min(1, Math.max(0, 1 - (y - box.top) / box.height));
  };
  const axisNear = (x: number): number => shown().findIndex((_, i) => Math.abs(axisX(boxOf(size()), shown().length, i) - x) <= kNearAxisPx);

  function pointer(what: 'move' | 'down' | 'up' | 'leave', at: { x: number; y: number }): void {
    const dragged = drag();
    if (what === 'down' && axisNear(at.x) >= 0) {
      setFocused(null);
      setDrag({ axis: axisNear(at.x), from: placeAt(at.y), to: placeAt(at.y) });
    } else if (what === 'move' && dragged) setDrag({ ...dragged, to: placeAt(at.y) });
    else if (what === 'up' && dragged) {
      const others = brushes().filter((one) => one.axis !== dragged.axis);
      setBrushes(Math.abs(dragged.to - dragged.from) < kLeastBrush ? others : [...others, dragged]);
      setDrag(null);
    } else if (what === 'up') {
      const hit = nearestTrack(tracks(), at.x, at.y);
      if (hit) navigate(runPath(hit.run));
    } else if (what === 'leave') setFocused(null);
    else if (!dragged) setFocused(nearestTrack(tracks(), at.x, at.y)?.run ?? null);
  }

  // The brushes as clauses of the run query: what the runs inside have on those axes.
  function keep(): void {
    const clauses = brushes().map((brush) => {
      const column = shown()[brush.axis]!;
      const values = props.runs.filter((run) => !isOut(run)).map((run) => axisValue(run, column)).filter((value) => value !== null);
      const numbers = values.filter((value) => typeof value === 'number');
      if (numbers.length < values.length) return `${fieldText(column)} in [${[...new Set(values)].map((value) => JSON.stringify(String(value))).join(', ')}]`;
      return `${fieldText(column)} >= ${Math.min(...numbers)} and ${fieldText(column)} <= ${Math.max(...numbers)}`;
    });
    const where = [query('where') ?? '', ...clauses].filter((text) => text !== '').join(' and ');
    setBrushes([]);
    setQuery({ where, runs: null }, 'push');
  }

  return (
    <Show when={columns().parameters.length > 0} fallback={<EmptyState icon="charts" title="No parameter differs">These runs were all given the same config.</EmptyState>}>
      <section class="card plot" aria-label="Parallel coordinates">
        <div class="plot-tools">
          <ColumnSelect label="Metric" value={metric()} columns={columns().all} onChange={(c) => setQuery({ py: c })} />
          <span class="plot-reading" role="status">
            <Show when={focusedRun()} fallback={<span class="faint">{inside()} of {plural(props.runs.length, 'run')}; drag along an axis to choose</span>}>
              {(run) => <><strong>{nameOf(run())}</strong> {labelOf(metric())} {formatJson(cellValue(run(), metric()))}</>}
            </Show>
          </span>
          <Show when={brushes().length > 0}>
            <button type="button" class="button" disabled={inside() === 0} onClick={keep}>Filter by this</button>
            <button type="button" class="button" onClick={() => setBrushes([])}>Clear</button>
          </Show>
        </div>
        <ol class="plot-axes" style={{ '--spaces': String(Math.max(1, shown().length - 1)) }}>
          <For each={shown()}>{(c) => <li title={c}><span class="ellipsis">{labelOf(c)}</span></li>}</For>
        </ol>
        <CanvasPlot label={`Parallel coordinates of ${plural(props.runs.length, 'run')} over ${shown().map(labelOf).join(', ')}`}
          height={kHeight} cursor={drag() ? 'ns-resize' : 'default'} onSize={setSize} onPointer={pointer}
          paint={(context, at) => paintTracks(context, { box: boxOf(at), axes: axes(), tracks: tracks(), brushes: active(), focused: focused(), theme: theme() })} />
      </section>
      <PlotTable runs={props.runs.filter((run) => !isOut(run))} columns={shown()} />
    </Show>
  );
}
