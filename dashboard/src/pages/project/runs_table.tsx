// All runs as a table: metrics and the parameters that differ, sorted by any column, fluid with many thousand rows.
import { createMemo, For, Show } from 'solid-js';
import type { Run } from '../../api/types';
import { Icon } from '../../components/icons';
import { VirtualRows } from '../../components/virtual_list';
import { cellValue, chooseColumns, columnLabel, type ColumnId } from '../../lib/columns';
import { formatCount, formatJson } from '../../lib/format';
import { createClock } from '../../state/clock';
import { query, setQuery } from '../../state/location';
import type { RunQuery } from '../../state/run_query';
import type { RunSet } from '../../state/run_set';
import { ColumnPicker } from './column_picker';
import { RunCell } from './run_cell';
import { RunFilter } from './run_filter';
import { RunQueryBox } from './run_query_box';
import './runs_table.css';

const kRowHeight = 34;
const kClockMs = 1000;
const kFixedWidths: Readonly<Record<string, number>> = { name: 220, state: 108, created: 96, duration: 88, tags: 150, id: 290, 'end reason': 230 };
const isNumeric = (column: ColumnId): boolean => column.startsWith('summary.') || column === 'duration';

const kRowsMeasured = 50;

// Wide enough for the heading and for what the first rows hold.
function widthOf(column: ColumnId, runs: readonly Run[]): number {
  const fixed = kFixedWidths[column];
  if (fixed !== undefined) return fixed;
  const longest = column.startsWith('config.')
    ? Math.max(0, ...runs.slice(0, kRowsMeasured).map((run) => formatJson(cellValue(run, column)).length))
    : 0;
  return Math.max(80, Math.min(210, Math.max(columnLabel(column).length * 7 + 38, longest * 7.4 + 26)));
}

export function RunsTable(props: { set: RunSet; asked: RunQuery; total: number }) {
  let scroller!: HTMLDivElement;
  const now = createClock(kClockMs);
  const available = createMemo(() => chooseColumns(props.set.listed()), undefined, {
    equals: (a, b) => a.all.join() === b.all.join() && a.chosen.join() === b.chosen.join(),
  });
  const columns = createMemo((): ColumnId[] => {
    const asked = query('cols');
    return asked === null ? available().chosen : ['name', ...asked.split(',').filter((id) => id !== '' && id !== 'name')];
  });
  const template = createMemo(() => columns().map((column) => `${Math.round(widthOf(column, props.set.listed()))}px`).join(' ') + ' minmax(0, 1fr)');
  const counts = () =>
    props.set.listed().length === props.total ? formatCount(props.total) : `${formatCount(props.set.listed().length)} of ${formatCount(props.total)}`;

  const clear = (): void => setQuery({ q: null, where: null });

  return (
    <div class="runs">
      <div class="runs-tools">
        <h1>Runs <span class="faint" role="status">{counts()}</span></h1>
        <RunFilter set={props.set} />
        <ColumnPicker all={available().all} shown={columns()} onChange={(next) => setQuery({ cols: next?.join(',') ?? null })} />
      </div>
      <RunQueryBox asked={props.asked} />
      <div ref={scroller} class="runs-scroll" role="table" aria-label="Runs" tabindex="0"
        aria-rowcount={props.set.listed().length + 1} style={{ '--columns': template() }}>
        <div class="runs-head" role="rowgroup">
          <div class="runs-row" role="row" aria-rowindex="1">
            <For each={columns()}>{(column) => <HeadCell column={column} set={props.set} />}</For>
            <span role="presentation" />
          </div>
        </div>
        <VirtualRows rows={props.set.listed()} rowHeight={kRowHeight} scroller={() => scroller} role="rowgroup">
          {(run, index) => <RunRow run={run} index={index()} columns={columns()} set={props.set} nowUs={now} />}
        </VirtualRows>
        <Show when={props.set.listed().length === 0}>
          <div class="runs-none" role="row"><span role="cell">
            No run matches “{[props.set.filter(), props.asked.text()].filter((text) => text !== '').join('” and “')}”.{' '}
            <button type="button" class="button" onClick={clear}>Clear the filter</button>
          </span></div>
        </Show>
      </div>
    </div>
  );
}

function HeadCell(props: { column: ColumnId; set: RunSet }) {
  const sorted = () => (props.set.sort().column === props.column ? props.set.sort().direction : null);
  const sort = (): void => {
    const first = isNumeric(props.column) || props.column === 'created' ? 'desc' : 'asc';
    const next = sorted() === null ? first : sorted() === 'asc' ? 'desc' : 'asc';
    props.set.setSort({ column: props.column, direction: next });
  };
  return (
    <div class="runs-cell" role="columnheader" classList={{ number: isNumeric(props.column) }}
      aria-sort={sorted() === null ? 'none' : sorted() === 'asc' ? 'ascending' : 'descending'}>
      <button type="button" title={`${columnLabel(props.column)}: sort`} onClick={sort}>
        <span class="ellipsis">{columnLabel(props.column)}</span>
        <Show when={sorted()}>{(direction) => <Icon name={direction() === 'asc' ? 'up' : 'down'} />}</Show>
      </button>
    </div>
  );
}

function RunRow(props: { run: Run; index: number; columns: readonly ColumnId[]; set: RunSet; nowUs: () => number }) {
  return (
    <div class="runs-row" role="row" aria-rowindex={props.index + 2} data-run={props.run.id} data-state={props.run.state}>
      <For each={props.columns}>
        {(column) => (
          <div class="runs-cell" role="cell" classList={{ number: isNumeric(column) }}>
            <RunCell run={props.run} column={column} color={props.set.colorOf(props.run.id)} nowUs={props.nowUs} />
          </div>
        )}
      </For>
      <span role="presentation" />
    </div>
  );
}
