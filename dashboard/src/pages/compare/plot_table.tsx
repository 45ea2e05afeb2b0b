// A plot's text form: its runs and the values that place them.
import { For } from 'solid-js';
import type { Run } from '../../api/types';
import { cellValue, type ColumnId } from '../../lib/columns';
import { formatJson } from '../../lib/format';
import { nameOf } from '../../lib/legend';
import { runPath } from '../../lib/route';
import { labelOf } from './plot_data';

const kMostRows = 500;

export function PlotTable(props: { runs: readonly Run[]; columns: readonly ColumnId[] }) {
  return (
    <details class="plot-table">
      <summary>As a table</summary>
      <div class="panel-table" tabindex="0" role="region" aria-label="The plot as a table">
        <table>
          <thead><tr><th scope="col">Run</th><For each={props.columns}>{(c) => <th scope="col">{labelOf(c)}</th>}</For></tr></thead>
          <tbody>
            <For each={props.runs.slice(0, kMostRows)}>
              {(run) => (
                <tr>
                  <th scope="row"><a class="run-link" href={runPath(run.id)}>{nameOf(run)}</a></th>
                  <For each={props.columns}>{(c) => <td>{formatJson(cellValue(run, c))}</td>}</For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </details>
  );
}
