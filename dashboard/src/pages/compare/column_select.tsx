import { For } from 'solid-js';
import type { ColumnId } from '../../lib/columns';
import { labelOf } from './plot_data';

export function ColumnSelect(props: { label: string; value: ColumnId; columns: readonly ColumnId[]; onChange: (column: ColumnId) => void }) {
  const groups = () => [
    { name: 'Summary', columns: props.columns.filter((c) => c.startsWith('summary.')) },
    { name: 'Config', columns: props.columns.filter((c) => c.startsWith('config.')) },
    { name: 'Run', columns: props.columns.filter((c) => !c.startsWith('summary.') && !c.startsWith('config.')) },
  ].filter((group) => group.columns.length > 0);
  return (
    <label class="tool">
      <span class="muted">{props.label}</span>
      <select class="select" value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        <For each={groups()}>
          {(group) => <optgroup label={group.name}><For each={group.columns}>{(c) => <option value={c}>{labelOf(c)}</option>}</For></optgroup>}
        </For>
      </select>
    </label>
  );
}
