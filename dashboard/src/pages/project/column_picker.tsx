// Which columns the table shows. Without a choice it shows the metrics and what differs between the runs.
import { createMemo, createSignal, createUniqueId, For, onCleanup, onMount, Show } from 'solid-js';
import { Icon } from '../../components/icons';
import { columnLabel, type ColumnId } from '../../lib/columns';
import './column_picker.css';

const groupOf = (column: ColumnId): string =>
  column.startsWith('summary.') ? 'Summary' : column.startsWith('config.') ? 'Config' : 'Run';

export function ColumnPicker(props: {
  all: readonly ColumnId[];
  shown: readonly ColumnId[];
  // null: back to the automatic choice.
  onChange: (columns: ColumnId[] | null) => void;
}) {
  let root!: HTMLDivElement;
  const id = createUniqueId();
  const [isOpen, setOpen] = createSignal(false);
  const [search, setSearch] = createSignal('');
  const matches = createMemo(() => props.all.filter((c) => c !== 'name' && c.toLowerCase().includes(search().toLowerCase())));
  const toggle = (column: ColumnId): void => {
    props.onChange(props.shown.includes(column) ? props.shown.filter((c) => c !== column) : [...props.shown, column]);
  };
  onMount(() => {
    const outside = (event: PointerEvent) => {
      if (!root.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    onCleanup(() => document.removeEventListener('pointerdown', outside));
  });
  return (
    <div ref={root} class="column-picker" onKeyDown={(event) => { if (event.key === 'Escape') setOpen(false); }}>
      <button type="button" class="button" aria-expanded={isOpen()} aria-controls={id} onClick={() => setOpen(!isOpen())}>
        <Icon name="columns" />Columns
      </button>
      <Show when={isOpen()}>
        <div id={id} class="column-menu" role="dialog" aria-label="Columns">
          <div class="search">
            <Icon name="search" />
            <input ref={(input) => queueMicrotask(() => input.focus())} class="input" type="search" placeholder="Search columns"
              aria-label="Search columns" value={search()} onInput={(event) => setSearch(event.currentTarget.value)} />
          </div>
          <div class="column-options">
            <For each={['Run', 'Summary', 'Config']}>
              {(group) => (
                <Show when={matches().some((column) => groupOf(column) === group)}>
                  <fieldset>
                    <legend>{group}</legend>
                    <For each={matches().filter((column) => groupOf(column) === group)}>
                      {(column) => (
                        <label>
                          <input type="checkbox" checked={props.shown.includes(column)} onChange={() => toggle(column)} />
                          <span class="ellipsis" title={columnLabel(column)}>{columnLabel(column)}</span>
                        </label>
                      )}
                    </For>
                  </fieldset>
                </Show>
              )}
            </For>
          </div>
          <button type="button" class="button" onClick={() => props.onChange(null)}>Automatic columns</button>
        </div>
      </Show>
    </div>
  );
}
