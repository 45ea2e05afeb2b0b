// Which parameters a metric hangs on, by a random forest over the runs, and in which direction, by correlation.
import { createMemo, For, Show } from 'solid-js';
import type { Run } from '../../api/types';
import { EmptyState } from '../../components/feedback';
import type { ColumnId } from '../../lib/columns';
import { formatNumber, plural } from '../../lib/format';
import { importanceOf } from '../../lib/importance';
import { query, setQuery } from '../../state/location';
import { ColumnSelect } from './column_select';
import { axisValue, createPlotColumns, labelOf } from './plot_data';

// What a forest over more would say no better, and the page would wait for.
const kMostRuns = 2000;

export function ImportanceView(props: { runs: readonly Run[] }) {
  const columns = createPlotColumns(() => props.runs);
  const metric = (): ColumnId => {
    const asked = query('py');
    return asked !== null && columns().metrics.includes(asked) ? asked : (columns().metrics[0] ?? '');
  };
  const measured = createMemo(() => props.runs.filter((run) => typeof axisValue(run, metric()) === 'number').slice(0, kMostRuns));
  const rows = createMemo(() => importanceOf(
    columns().parameters.map((name) => ({ name, values: measured().map((run) => axisValue(run, name)) })),
    measured().map((run) => axisValue(run, metric()) as number),
  ));
  return (
    <Show when={columns().metrics.length > 0} fallback={<EmptyState icon="charts" title="Nothing to explain">None of these runs has a number in its summary.</EmptyState>}>
      <section class="card plot" aria-label="Parameter importance">
        <div class="plot-tools">
          <ColumnSelect label="Metric" value={metric()} columns={columns().metrics} onChange={(c) => setQuery({ py: c })} />
          <span class="plot-reading faint" role="status">{plural(measured().length, 'run')} with this metric</span>
        </div>
        <Show when={rows().length > 0} fallback={<p class="plot-note muted">It takes four runs or more whose parameters and {labelOf(metric())} differ.</p>}>
          <table class="importance">
            <caption class="visually-hidden">Importance of each parameter for {labelOf(metric())}</caption>
            <thead><tr><th scope="col">Parameter</th><th scope="col">Importance</th><th scope="col">Correlation</th></tr></thead>
            <tbody>
              <For each={rows()}>
                {(row) => (
                  <tr>
                    <th scope="row" class="ellipsis" title={row.name}>{labelOf(row.name)}</th>
                    <td><span class="bar"><span style={{ width: `${row.share * 100}%` }} /></span><span class="bar-value">{(row.share * 100).toFixed(0)} %</span></td>
                    <td classList={{ rising: row.correlation > 0, falling: row.correlation < 0 }}>{Number.isNaN(row.correlation) ? '–' : formatNumber(row.correlation, 2)}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
          <p class="plot-note faint">Importance: share of the squared error that splits by the parameter take away, over 60 trees. Correlation: Pearson, of numbers. Few runs say little.</p>
        </Show>
      </section>
    </Show>
  );
}
