// All runs as a table: metrics and the parameters that differ, sorted by any column, fluid with many thousand rows.
import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import type { Run } from '../../api/types';
import { CopyLink } from '../../components/copy';
import { Icon } from '../../components/icons';
import { EditButton, RunEditorHost, ViewOnly } from '../../components/run_editing';
import { VirtualRows } from '../../components/virtual_list';
import { cellValue, chooseColumns, columnLabel, nextSorts, type ColumnId } from '../../lib/columns';
import { formatCount, formatJson } from '../../lib/format';
import { countTags } from '../../lib/run_edit';
import { createClock } from '../../state/clock';
import { query, setQuery } from '../../state/location';
import { kViewerReason, type ProjectRole } from '../../state/role';
import { deleteWithUndo } from '../../state/run_deletion';
import { beginEdit, type EditedField } from '../../state/run_editing';
import type { RunQuery } from '../../state/run_query';
import type { RunSet } from '../../state/run_set';
import { BulkBar } from './bulk_bar';
import { ColumnPicker } from './column_picker';
import { PinButton } from './pin_button';
import { RunCell } from './run_cell';
import { RunFilter } from './run_filter';
import { RunQueryBox } from './run_query_box';
import { RunStatistics, StatisticsTool } from './run_statistics';
import { useTableKeys, type RowAction } from './table_keys';
import './runs_table.css';

const kRowHeight = 34;
const kClockMs = 1000;
const kFixedWidths: Readonly<Record<string, number>> = { name: 276, state: 108, created: 96, duration: 88, tags: 180, id: 290, notes: 230, 'end reason': 230 };
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

interface Chosen extends Selection {
  runs: () => Run[];
  areAll: () => boolean;
  toggleAll: () => void;
  clear: () => void;
}

// The runs that are ticked, of those that are listed.
function createSelection(listed: () => readonly Run[]): Chosen {
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set());
  const runs = createMemo(() => listed().filter((run) => chosen().has(run.id)));
  const areAll = (): boolean => runs().length > 0 && runs().length === listed().length;
  return {
    runs, areAll,
    has: (id) => chosen().has(id),
    toggle: (id) => setChosen((held) => {
      const next = new Set(held);
      if (!next.delete(id)) next.add(id);
      return next;
    }),
    toggleAll: () => setChosen(new Set(areAll() ? [] : listed().map((run) => run.id))),
    clear: () => setChosen(new Set<string>()),
  };
}

export function RunsTable(props: { project: string; set: RunSet; asked: RunQuery; total: number; role: ProjectRole; reload: () => void; tools: JSX.Element }) {
  let scroller!: HTMLDivElement;
  const now = createClock(kClockMs);
  const listed = (): Run[] => props.set.listed();
  const available = createMemo(() => chooseColumns(listed()), undefined, {
    equals: (a, b) => a.all.join() === b.all.join() && a.chosen.join() === b.chosen.join(),
  });
  const columns = createMemo((): ColumnId[] => {
    const asked = query('cols');
    return asked === null ? available().chosen : ['name', ...asked.split(',').filter((id) => id !== '' && id !== 'name')];
  });
  const template = createMemo(() => columns().map((column) => `${Math.round(widthOf(column, listed()))}px`).join(' ') + ' minmax(0, 1fr)');
  const counts = () => (listed().length === props.total ? formatCount(props.total) : `${formatCount(listed().length)} of ${formatCount(props.total)}`);
  const selection = createSelection(listed);
  const tags = createMemo(() => countTags(listed()).map((one) => one.tag));
  const clearFilter = (): void => setQuery({ q: null, where: null });

  function act(action: RowAction, run: Run, row: HTMLElement): void {
    if (action === 'select') selection.toggle(run.id);
    else if (action === 'pin') props.set.togglePinned(run.id);
    else if (action === 'hide') props.set.toggleHidden(run.id);
    else if (!props.role.mayWrite()) return;
    else if (action === 'delete') void deleteWithUndo(selection.has(run.id) ? selection.runs() : [run], props.reload);
    else beginEdit({ field: action, runs: [run], known: tags() }, row.querySelector(`[data-column="${action}"]`) ?? row.firstElementChild!);
  }

  useTableKeys(() => scroller, listed, act);

  return (
    <div class="runs">
      <div class="runs-tools">
        <h1>Runs <span class="faint" role="status">{counts()}</span></h1>
        <Show when={props.role.isViewer()}><ViewOnly reason={kViewerReason} /></Show>
        <RunFilter set={props.set} />
        {props.tools}
        <StatisticsTool runs={listed()} />
        <div class="tool">
          <ColumnPicker all={available().all} shown={columns()} onChange={(next) => setQuery({ cols: next?.join(',') ?? null })} />
          <CopyLink />
        </div>
      </div>
      <RunQueryBox project={props.project} asked={props.asked} columns={available().all} />
      <BulkBar project={props.project} set={props.set} selected={selection.runs()} columns={columns()} mayWrite={props.role.mayWrite()}
        reload={props.reload} clear={selection.clear} />
      <RunStatistics runs={listed()} columns={columns()} />
      <div ref={scroller} class="runs-scroll" role="table" aria-label="Runs" tabindex="0"
        aria-rowcount={listed().length + 1} style={{ '--columns': template() }}>
        <div class="runs-head" role="rowgroup">
          <div class="runs-row" role="row" aria-rowindex="1">
            <For each={columns()}>{(column) => (
              <HeadCell column={column} set={props.set} all={{ checked: selection.areAll(), toggle: selection.toggleAll }} />
            )}</For>
            <span role="presentation" />
          </div>
        </div>
        <VirtualRows rows={listed()} keyOf={(run) => run.id} rowHeight={kRowHeight} scroller={() => scroller} role="rowgroup">
          {(run, index) => <RunRow run={run()} index={index()} columns={columns()} set={props.set} selection={selection} nowUs={now}
            tags={tags()} mayWrite={props.role.mayWrite()} />}
        </VirtualRows>
        <Show when={listed().length === 0}>
          <div class="runs-none" role="row"><span role="cell">
            No run matches “{[props.set.filter(), props.asked.text()].filter((text) => text !== '').join('” and “')}”.{' '}
            <button type="button" class="button" onClick={clearFilter}>Clear the filter</button>
          </span></div>
        </Show>
      </div>
      <RunEditorHost />
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

const kEdited: Readonly<Record<string, EditedField>> = { name: 'name', tags: 'tags', notes: 'notes', group: 'group' };

function RunRow(props: {
  run: Run;
  index: number;
  columns: readonly ColumnId[];
  set: RunSet;
  selection: Selection;
  nowUs: () => number;
  tags: readonly string[];
  mayWrite: boolean;
}) {
  return (
    <div class="runs-row" role="row" aria-rowindex={props.index + 2} data-run={props.run.id} data-state={props.run.state}
      classList={{ off: props.set.isHidden(props.run.id) }} aria-selected={props.selection.has(props.run.id)}>
      <For each={props.columns}>
        {(column) => (
          <div class="runs-cell" role="cell" data-column={column} classList={{ number: isNumeric(column) }}>
            <Show when={column === 'name'}>
              <input type="checkbox" class="row-check" aria-label={`Select ${props.run.name}`} checked={props.selection.has(props.run.id)}
                onChange={() => props.selection.toggle(props.run.id)} />
            </Show>
            <RunCell run={props.run} column={column} color={props.set.colorOf(props.run.id)} nowUs={props.nowUs} />
            <Show when={props.mayWrite && kEdited[column]}>
              {(field) => <EditButton run={props.run} field={field()} known={column === 'tags' ? props.tags : []} over=".runs-cell" />}
            </Show>
            <Show when={column === 'name'}>
              <Show when={props.set.isHidden(props.run.id)}><span class="row-off" title="Its lines are not drawn"><Icon name="eyeOff" /><span class="visually-hidden">hidden</span></span></Show>
              <PinButton run={props.run} set={props.set} />
            </Show>
          </div>
        )}
      </For>
      <span role="presentation" />
    </div>
  );
}
