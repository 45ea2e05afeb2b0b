// A table of values: sorted by its headings, a page of rows at a time. All text is set as text.
import { createMemo, createSignal, createUniqueId, For, Show } from 'solid-js';
import type { Json } from '../api/types';
import { csvText } from '../lib/csv';
import { downloadText, fileName } from '../lib/download';
import { asNumber } from '../lib/flatten';
import { formatCount, formatJson, formatNumber, plural } from '../lib/format';
import { isNumeric, nextSort, sortRows, type TableData, type TableSort } from '../lib/table_view';
import { Icon } from './icons';
import './data_table.css';

const kPageSizes = [10, 25, 100] as const;

function Cell(props: { value: Json | undefined; digits: number }) {
  const number = () => (typeof props.value === 'string' ? null : asNumber(props.value));
  return (
    <td classList={{ number: number() !== null }} title={typeof props.value === 'number' ? String(props.value) : undefined}>
      {number() === null ? formatJson(props.value) : formatNumber(number()!, props.digits)}
    </td>
  );
}

const csvCell = (value: Json | undefined): string | number | boolean | null =>
  typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? null);

// `label` names the table and its file.
export function DataTable(props: { label: string; table: TableData; note?: string | undefined; digits?: number }) {
  const id = createUniqueId();
  const [sort, setSort] = createSignal<TableSort | null>(null);
  const [size, setSize] = createSignal<number>(kPageSizes[0]);
  const [page, setPage] = createSignal(0);
  const rows = createMemo(() => sortRows(props.table.rows, sort()));
  const pages = () => Math.max(1, Math.ceil(rows().length / size()));
  const at = () => Math.min(page(), pages() - 1);
  const shown = createMemo(() => rows().slice(at() * size(), (at() + 1) * size()));
  const direction = (column: number): 'ascending' | 'descending' | 'none' =>
    sort()?.column !== column ? 'none' : sort()!.isDescending ? 'descending' : 'ascending';
  const save = (): void => downloadText(fileName(props.label, 'csv'),
    csvText([props.table.columns, ...rows().map((row) => props.table.columns.map((_, i) => csvCell(row[i])))]), 'text/csv');
  return (
    <div class="data-table">
      <div class="data-scroll" tabindex="0" role="group" aria-label={props.label}>
        <table aria-describedby={id}>
          <thead>
            <tr>
              <For each={props.table.columns}>
                {(name, column) => (
                  <th scope="col" aria-sort={direction(column())} classList={{ number: isNumeric(props.table, column()) }}>
                    <button type="button" title={`${name}: sort`} onClick={() => setSort(nextSort(sort(), column()))}>
                      <span class="ellipsis">{name === '' ? '(no name)' : name}</span>
                      <Show when={direction(column()) !== 'none'}><Icon name={direction(column()) === 'ascending' ? 'up' : 'down'} /></Show>
                    </button>
                  </th>
                )}
              </For>
            </tr>
          </thead>
          <tbody>
            <For each={shown()}>
              {(row) => <tr><For each={props.table.columns}>{(_, column) => <Cell value={row[column()]} digits={props.digits ?? 4} />}</For></tr>}
            </For>
          </tbody>
        </table>
      </div>
      <div class="data-foot">
        <span id={id} class="faint" role="status">
          {rows().length <= size() ? plural(rows().length, 'row') : `${formatCount(at() * size() + 1)}–${formatCount(at() * size() + shown().length)} of ${plural(rows().length, 'row')}`}
          {props.note === undefined ? '' : ` · ${props.note}`}
        </span>
        <span class="json-space" />
        <Show when={rows().length > kPageSizes[0]}>
          <select class="select" aria-label={`Rows of ${props.label} at once`} value={String(size())} onChange={(event) => setSize(Number(event.currentTarget.value))}>
            <For each={kPageSizes}>{(one) => <option value={one}>{one} rows</option>}</For>
          </select>
          <button type="button" class="icon-button" aria-label={`Previous rows of ${props.label}`} disabled={at() === 0} onClick={() => setPage(at() - 1)}><Icon name="up" /></button>
          <button type="button" class="icon-button" aria-label={`Next rows of ${props.label}`} disabled={at() >= pages() - 1} onClick={() => setPage(at() + 1)}><Icon name="down" /></button>
        </Show>
        <button type="button" class="icon-button" aria-label={`Save ${props.label} as CSV`} title="Save as CSV" onClick={save}><Icon name="download" /></button>
      </div>
    </div>
  );
}
