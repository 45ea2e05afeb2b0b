// Numbers of the listed runs together: of all of them, or of each group of runs with equal values.
import { createMemo, For, Show } from 'solid-js';
import type { Run } from '../../api/types';
import { cellValue, chooseColumns, columnLabel, type ColumnId } from '../../lib/columns';
import { asNumber } from '../../lib/flatten';
import { formatCount, formatNumber } from '../../lib/format';
import { groupRuns, spreadOf, type RunGroup, type Spread } from '../../lib/group_runs';
import { createGroupBy, setGroupBy } from '../../state/chart_view';
import { query, setQuery } from '../../state/location';

const kMostGroups = 500;

export function StatisticsTool(props: { runs: readonly Run[] }) {
  const groupBy = createGroupBy();
  const fields = createMemo(() => ['group', 'tag', 'state', ...chooseColumns(props.runs).all.filter((column) => column.startsWith('config.'))]);
  const value = (): string => (groupBy().length > 0 ? groupBy().join('\n') : query('stats') === '1' ? '*' : '');
  const choose = (text: string): void => {
    setQuery({ stats: text === '*' ? '1' : null });
    setGroupBy(text === '*' || text === '' ? [] : text.split('\n'));
  };
  return (
    <label class="tool">
      <span class="muted">Statistics</span>
      <select class="select" aria-label="Statistics" value={value()} onChange={(event) => choose(event.currentTarget.value)}>
        <option value="">off</option>
        <option value="*">of all runs</option>
        <Show when={groupBy().length > 1}><option value={groupBy().join('\n')}>{groupBy().map(columnLabel).join(', ')}</option></Show>
        <For each={fields()}>{(field) => <option value={field}>by {columnLabel(field)}</option>}</For>
      </select>
    </label>
  );
}

const numbersOf = (runs: readonly Run[], column: ColumnId): number[] =>
  runs.flatMap((run) => asNumber(column === 'duration' ? run.durationS : cellValue(run, column)) ?? []);

const told = (spread: Spread): string =>
  spread.n === 0 ? '–' : Number.isNaN(spread.std) ? formatNumber(spread.mean) : `${formatNumber(spread.mean)} ± ${formatNumber(spread.std, 2)}`;
const range = (spread: Spread): string =>
  spread.n === 0 ? 'no number' : `${spread.n} values, ${formatNumber(spread.min)} to ${formatNumber(spread.max)}; ± is the standard deviation (n − 1)`;

export function RunStatistics(props: { runs: readonly Run[]; columns: readonly ColumnId[] }) {
  const groupBy = createGroupBy();
  const isShown = () => groupBy().length > 0 || query('stats') === '1';
  const columns = createMemo(() => props.columns.filter((column) => column !== 'created' && numbersOf(props.runs, column).length > 0));
  const groups = createMemo((): Pick<RunGroup, 'label' | 'runs'>[] =>
    (groupBy().length > 0 ? groupRuns(props.runs, groupBy()).slice(0, kMostGroups) : [{ label: 'all runs', runs: [...props.runs] }]));
  return (
    <Show when={isShown()}>
      <div class="run-statistics" tabindex="0" role="region" aria-label="Statistics of the runs">
        <table>
          <thead><tr><th scope="col">Group</th><th scope="col">Runs</th><For each={columns()}>{(column) => <th scope="col">{columnLabel(column)}</th>}</For></tr></thead>
          <tbody>
            <For each={groups()}>
              {(group) => (
                <tr>
                  <th scope="row">{group.label}</th>
                  <td>{formatCount(group.runs.length)}</td>
                  <For each={columns()}>
                    {(column) => {
                      const spread = createMemo(() => spreadOf(numbersOf(group.runs, column)));
                      return <td title={range(spread())}>{told(spread())}</td>;
                    }}
                  </For>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </Show>
  );
}
