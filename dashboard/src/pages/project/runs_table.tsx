// All runs as a table: metrics and the parameters that differ, sorted by any column, fluid with many thousand rows.
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Run } from '../../api/types';
import { Icon } from '../../components/icons';
import { VirtualRows } from '../../components/virtual_list';
import { cellValue, chooseColumns, columnLabel, nextSorts, type ColumnId } from '../../lib/columns';
import { formatCount, formatJson } from '../../lib/format';
import { createClock } from '../../state/clock';
import { query, setQuery } from '../../state/location';
import type { RunQuery } from '../../state/run_query';
import type { RunSet } from '../../state/run_set';
import { BulkBar } from './bulk_bar';
import { ColumnPicker } from './column_picker';
import { PinButton } from './pin_button';
import { RunCell } from './run_cell';
import { RunFilter } from './run_filter';
import { RunQueryBox } from './run_query_box';
import { RunStatistics, StatisticsTool } from './run_statistics';
import './runs_table.css';

const kRowHeight = 34;
const kClockMs = 1000;
const kFixedWidths: Readonly<Record<string, number>> = { name: 244, state: 108, created: 96, duration: 88, tags: 150, id: 290, 'end reason': 230 };
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

export interface Selection {
  has: (id: string) => boolean;
  toggle: (id: string) => void;
}

export function RunsTable(props: { project: string; set: RunSet; asked: RunQuery; total: number; reload: () => void }) {
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

  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set());
  const selected = createMemo(() => props.set.listed().filter((run) => chosen().has(run.id)));
  const selection: Selection = {
    has: (id) => chosen().has(id),
    toggle: (id) => setChosen((held) => {
      const next = new Set(held);
      if (!next.delete(id)) next.add(id);
      return next;
    }),
  };
  const chooseAll = (): void => {
    setChosen(new Set(selected().length === props.set.listed().length ? [] : props.set.listed().map((run) => run.id)));
  };

  const clear = (): void => setQuery({ q: null, where: null });

  return (
    <div class="runs">
      <div class="runs-tools">
        <h1>Runs <span class="faint" role="status">{counts()}</span></h1>
        <RunFilter set={props.set} />
        <StatisticsTool runs={props.set.listed()} />
        <ColumnPicker all={available().all} shown={columns()} onChange={(next) => setQuery({ cols: next?.join(',') ?? null })} />
      </div>
      <RunQueryBox project={props.project} asked={props.asked} columns={available().all} />
      <BulkBar project={props.project} selected={selected()} listed={props.set.listed()} columns={columns()} reload={props.reload}
        clear={() => setChosen(new Set<string>())} />
      <RunStatistics runs={props.set.listed()} columns={columns()} />
      <div ref={scroller} class="runs-scroll" role="table" aria-label="Runs" tabindex="0"
        aria-rowcount={props.set.listed().length + 1} style={{ '--columns': template() }}>
        <div class="runs-head" role="rowgroup">
          <div class="runs-row" role="row" aria-rowindex="1">
            <For each={columns()}>{(column) => (
              <HeadCell column={column} set={props.set}
                all={{ checked: selected().length > 0 && selected().length === props.set.listed().length, toggle: chooseAll }} />
            )}</For>
            <span role="presentation" />
          </div>
        </div>
        <VirtualRows rows={props.set.listed()} rowHeight={kRowHeight} scroller={() => scroller} role="rowgroup">
          {(run, index) => <RunRow run={run} index={index()} columns={columns()} set={props.set} selection={selection} nowUs={now} />}
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

function HeadCell(props: { column: ColumnId; set: RunSet; all: { checked: boolean; toggle: () => void } }) {
  const place = () => props.set.sorts().findIndex((sort) => sort.column === props.column);
  const sorted = () => props.set.sorts()[place()]?.direction ?? null;
  const sort = (event: MouseEvent): void => {
    const first = isNumeric(props.column) || props.column === 'created' ? 'desc' : 'asc';
    props.set.setSorts(nextSorts(props.set.sorts(), props.column, first, event.shiftKey ? 'add' : 'alone'));
  };
  return (
    <div class="runs-cell" role="columnheader" classList={{ number: isNumeric(props.column) }}
      aria-sort={sorted() === null ? 'none' : sorted() === 'asc' ? 'ascending' : 'descending'}>
      <Show when={props.column === 'name'}>
        <input type="checkbox" class="row-check" aria-label="Select all listed runs" checked={props.all.checked} onChange={() => props.all.toggle()} />
      </Show>
      <button type="button" title={`${columnLabel(props.column)}: sort`} aria-description="Shift and click sorts by this too" onClick={sort}>
        <span class="ellipsis">{columnLabel(props.column)}</span>
        <Show when={sorted()}>{(direction) => <><Icon name={direction() === 'asc' ? 'up' : 'down'} /><Show when={props.set.sorts().length > 1}><sup>{place() + 1}</sup></Show></>}</Show>
      </button>
    </div>
  );
}

function RunRow(props: { run: Run; index: number; columns: readonly ColumnId[]; set: RunSet; selection: Selection; nowUs: () => number }) {
  return (
    <div class="runs-row" role="row" aria-rowindex={props.index + 2} data-run={props.run.id} data-state={props.run.state}
      aria-selected={props.selection.has(props.run.id)}>
      <For each={props.columns}>
        {(column) => (
          <div class="runs-cell" role="cell" classList={{ number: isNumeric(column) }}>
            <Show when={column === 'name'}>
              <input type="checkbox" class="row-check" aria-label={`Select ${props.run.name}`} checked={props.selection.has(props.run.id)}
                onChange={() => props.selection.toggle(props.run.id)} />
            </Show>
            <RunCell run={props.run} column={column} color={props.set.colorOf(props.run.id)} nowUs={props.nowUs} />
            <Show when={column === 'name'}><PinButton run={props.run} set={props.set} /></Show>
          </div>
        )}
      </For>
      <span role="presentation" />
    </div>
  );
}
