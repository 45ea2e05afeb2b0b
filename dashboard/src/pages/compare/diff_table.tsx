// One column a run, one row a value; rows that are equal everywhere fold away. Numbers tell how they stand to the first.
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Json, Run } from '../../api/types';
import { CopyButton } from '../../components/copy';
import { Icon } from '../../components/icons';
import { compareLeaves, deltaTo, kCompareParts, type CompareRow } from '../../lib/compare';
import { asNumber } from '../../lib/flatten';
import { formatJson, formatNumber, plural } from '../../lib/format';
import { nameOf } from '../../lib/legend';
import { runPath } from '../../lib/route';
import { query, setQuery } from '../../state/location';
import './diff_table.css';


function DiffCell(props: { value: Json | undefined; base: Json | undefined; isBase: boolean }) {
  const number = () => asNumber(props.value);
  const delta = () => (props.isBase ? null : deltaTo(props.base, props.value));
  const isOther = () => !props.isBase && JSON.stringify(props.value) !== JSON.stringify(props.base);
  return (
    <td classList={{ other: isOther(), number: number() !== null }} title={number() === null ? formatJson(props.value) : String(number())}>
      <Show when={props.value !== undefined} fallback={<span class="faint">–</span>}>
        {number() === null ? formatJson(props.value) : formatNumber(number()!)}
        <Show when={delta() !== null}><span class="diff-delta">{delta()! > 0 ? '+' : ''}{formatNumber(delta()!, 3)}</span></Show>
      </Show>
    </td>
  );
}

export function DiffTable(props: { runs: readonly Run[]; onRemove?: (run: Run) => void; parts?: readonly string[] }) {
  const [search, setSearch] = createSignal('');
  const showsAll = () => query('rows') === 'all';
  const parts = createMemo(() => (props.parts ?? kCompareParts).map((part) => {
    const rows = compareLeaves(props.runs.map((run) => run[part as 'config']));
    const matching = rows.filter((row) => row.name.toLowerCase().includes(search().toLowerCase()));
    return { part, total: matching.length, rows: matching.filter((row) => showsAll() || row.differs || props.runs.length < 2) };
  }));
  const asText = (): string => [['', ...props.runs.map(nameOf)], ...parts().flatMap(({ part, rows }) =>
    rows.map((row) => [`${part}.${row.name}`, ...row.values.map((value) => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value)))]))]
    .map((cells) => cells.join('\t')).join('\n');
  return (
    <div class="diff">
      <div class="diff-tools">
        <div class="search">
          <Icon name="search" />
          <input class="input" type="search" placeholder="Search rows" aria-label="Search rows" value={search()} onInput={(event) => setSearch(event.currentTarget.value)} />
        </div>
        <label class="check">
          <input type="checkbox" checked={!showsAll()} onChange={(event) => setQuery({ rows: event.currentTarget.checked ? null : 'all' })} />
          Only differences
        </label>
        <CopyButton text={asText()} label="Copy as tab-separated text" />
      </div>
      <div class="diff-scroll" tabindex="0" role="region" aria-label="Runs side by side">
        <table>
          <thead>
            <tr>
              <th scope="col"><span class="visually-hidden">Value</span></th>
              <For each={props.runs}>
                {(run, index) => (
                  <th scope="col">
                    <span class="diff-run">
                      <a class="ellipsis" href={runPath(run.id)} title={nameOf(run)}>{nameOf(run)}</a>
                      <Show when={index() === 0 && props.runs.length > 1}><span class="tag">base</span></Show>
                      <Show when={props.onRemove && props.runs.length > 1}>
                        <button type="button" class="icon-button" aria-label={`Take ${nameOf(run)} out`} onClick={() => props.onRemove?.(run)}><Icon name="close" /></button>
                      </Show>
                    </span>
                  </th>
                )}
              </For>
            </tr>
          </thead>
          <For each={parts()}>{(one) => <DiffPart part={one.part} rows={one.rows} total={one.total} columns={props.runs.length} />}</For>
        </table>
      </div>
    </div>
  );
}

function DiffPart(props: { part: string; rows: readonly CompareRow[]; total: number; columns: number }) {
  return (
    <tbody>
      <tr class="diff-part">
        <th scope="rowgroup" colspan={props.columns + 1}>
          {props.part} <span class="faint">{props.rows.length < props.total ? `${props.rows.length} of ${plural(props.total, 'value')} differ` : plural(props.total, 'value')}</span>
        </th>
      </tr>
      <For each={props.rows}>
        {(row) => (
          <tr classList={{ differs: row.differs }}>
            <th scope="row" title={row.name}><span class="ellipsis">{row.name}</span></th>
            <For each={row.values}>{(value, index) => <DiffCell value={value} base={row.values[0]} isBase={index() === 0} />}</For>
          </tr>
        )}
      </For>
    </tbody>
  );
}
