// Any two values against each other, a third as colour. Pointing names the run, a click opens it.
import { createMemo, createSignal, Show } from 'solid-js';
import type { Run } from '../../api/types';
import { CanvasPlot, type CanvasSize } from '../../charts/canvas_plot';
import { makeAxis } from '../../charts/plot_axis';
import { nearestMark, paintScatter, placeScatter, type Box } from '../../charts/run_plots';
import { EmptyState } from '../../components/feedback';
import { cellValue, type ColumnId } from '../../lib/columns';
import { formatJson, plural } from '../../lib/format';
import { lineStyle, type RunColor } from '../../lib/palette';
import { nameOf } from '../../lib/legend';
import { runPath } from '../../lib/route';
import { navigate, query, setQuery } from '../../state/location';
import { theme } from '../../state/theme';
import { ColumnSelect } from './column_select';
import { axisValue, colorsBy, createPlotColumns, labelOf } from './plot_data';
import { PlotTable } from './plot_table';

const kHeight = 460;
const boxOf = ({ width, height }: CanvasSize): Box => ({ left: 66, top: 14, width: Math.max(10, width - 90), height: height - 44 });

export function ScatterView(props: { runs: readonly Run[]; colorOf: (id: string) => RunColor }) {
  const columns = createPlotColumns(() => props.runs);
  const [size, setSize] = createSignal<CanvasSize>({ width: 0, height: kHeight });
  const [focused, setFocused] = createSignal<string | null>(null);
  const column = (name: 'px' | 'py', fallback: () => ColumnId | undefined): ColumnId => {
    const asked = query(name);
    return asked !== null && columns().all.includes(asked) ? asked : (fallback() ?? 'duration');
  };
  const x = () => column('px', () => columns().parameters[0] ?? columns().metrics[1]);
  const y = () => column('py', () => columns().metrics[0]);
  const color = (): ColumnId => query('pc') ?? 'run';
  const axes = createMemo(() => {
    const values = (c: ColumnId) => props.runs.map((run) => axisValue(run, c));
    return { x: makeAxis(x(), values(x()), 'auto', Math.max(2, Math.floor(size().width / 90))), y: makeAxis(y(), values(y())) };
  });
  const marks = createMemo(() => {
    const by = color() === 'run' ? (run: Run) => lineStyle(props.colorOf(run.id), theme()).color : colorsBy(props.runs, color(), theme());
    return placeScatter(boxOf(size()), axes().x, axes().y, props.runs.map((run) => ({
      run: run.id, color: by(run), x: axisValue(run, x()), y: axisValue(run, y()),
    })));
  });
  const focusedRun = () => props.runs.find((run) => run.id === focused());
  const told = (): string => `${labelOf(y())} against ${labelOf(x())}, ${marks().length} of ${plural(props.runs.length, 'run')}`;
  return (
    <Show when={columns().metrics.length > 0} fallback={<EmptyState icon="charts" title="Nothing to plot">None of these runs has a number in its summary.</EmptyState>}>
      <section class="card plot" aria-label="Scatter">
        <div class="plot-tools">
          <ColumnSelect label="y" value={y()} columns={columns().all} onChange={(c) => setQuery({ py: c })} />
          <ColumnSelect label="x" value={x()} columns={columns().all} onChange={(c) => setQuery({ px: c })} />
          <ColumnSelect label="Colour" value={color()} columns={['run', ...columns().all]} onChange={(c) => setQuery({ pc: c === 'run' ? null : c })} />
          <span class="plot-reading" role="status">
            <Show when={focusedRun()} fallback={<span class="faint">{marks().length} of {plural(props.runs.length, 'run')}</span>}>
              {(run) => <><strong>{nameOf(run())}</strong> {labelOf(y())} {formatJson(cellValue(run(), y()))} · {labelOf(x())} {formatJson(cellValue(run(), x()))}</>}
            </Show>
          </span>
        </div>
        <CanvasPlot label={told()} height={kHeight} cursor={focused() === null ? 'default' : 'pointer'} onSize={setSize}
          paint={(context, at) => paintScatter(context, { box: boxOf(at), ...axes(), marks: marks(), focused: focused(), theme: theme() })}
          onPointer={(what, at) => {
            if (what === 'leave') setFocused(null);
            if (what === 'move') setFocused(nearestMark(marks(), at.x, at.y)?.run ?? null);
            const hit = what === 'up' ? nearestMark(marks(), at.x, at.y) : null;
            if (hit) navigate(runPath(hit.run));
          }} />
        <div class="plot-x muted">{labelOf(x())}</div>
      </section>
      <PlotTable runs={props.runs} columns={[y(), x()]} />
    </Show>
  );
}
