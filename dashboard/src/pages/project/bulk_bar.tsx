// What can be done with the runs that are selected, and the table as a file.
import { createMemo, createSignal, Show, type JSX } from 'solid-js';
import type { Run } from '../../api/types';
import { Icon, type IconName } from '../../components/icons';
import { cellValue, columnLabel, type ColumnId } from '../../lib/columns';
import { csvText, type CsvCell } from '../../lib/csv';
import { downloadText, fileName } from '../../lib/download';
import { plural } from '../../lib/format';
import { comparePath } from '../../lib/route';
import { namesOf } from '../../lib/compare';
import { countTags } from '../../lib/run_edit';
import { navigate, query } from '../../state/location';
import { deleteWithUndo } from '../../state/run_deletion';
import { beginEdit } from '../../state/run_editing';
import type { RunSet } from '../../state/run_set';

function csvCell(run: Run, column: ColumnId): CsvCell {
  if (column === 'created') return new Date(run.createdUs / 1000).toISOString();
  const value = cellValue(run, column);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

function BarButton(props: { icon: IconName; title?: string; disabled?: boolean; onClick: (button: HTMLElement) => void; children: JSX.Element }) {
  return (
    <button type="button" class="button" title={props.title} disabled={props.disabled} onClick={(event) => props.onClick(event.currentTarget)}>
      <Icon name={props.icon} />{props.children}
    </button>
  );
}

export function BulkBar(props: {
  project: string;
  set: RunSet;
  selected: readonly Run[];
  columns: readonly ColumnId[];
  mayWrite: boolean;
  reload: () => void;
  clear: () => void;
}) {
  const [isBusy, setBusy] = createSignal(false);
  const listed = () => props.set.listed();
  const ids = () => props.selected.map((run) => run.id);
  const areHidden = createMemo(() => ids().every(props.set.isHidden));
  const arePinned = createMemo(() => ids().every(props.set.isPinned));
  const compare = (): void => {
    const where = query('where');
    navigate(`${comparePath(props.project)}?runs=${namesOf(props.selected, listed())}${where === null ? '' : `&where=${encodeURIComponent(where)}`}`);
  };
  const save = (runs: readonly Run[]): void => {
    const columns = props.columns.includes('id') ? props.columns : ['id', ...props.columns];
    const rows = [columns.map(columnLabel), ...runs.map((run) => columns.map((column) => csvCell(run, column)))];
    downloadText(fileName(props.project, 'csv'), csvText(rows), 'text/csv');
  };
  const remove = async (): Promise<void> => {
    setBusy(true);
    if (await deleteWithUndo(props.selected, props.reload)) props.clear();
    setBusy(false);
  };
  const tags = (button: HTMLElement): void =>
    beginEdit({ field: 'tags', runs: props.selected, known: countTags(listed()).map((one) => one.tag) }, button);
  const group = (button: HTMLElement): void =>
    beginEdit({ field: 'group', runs: props.selected, known: [...new Set(listed().map((run) => run.group))].filter((name) => name !== '') }, button);
  return (
    <div class="bulk-bar" role="toolbar" aria-label="Selected runs">
      <Show when={props.selected.length > 0}>
        <span role="status">{plural(props.selected.length, 'run')} selected</span>
        <BarButton icon="compare" onClick={compare}>Compare</BarButton>
        <BarButton icon={areHidden() ? 'eye' : 'eyeOff'} title={areHidden() ? 'Draw their lines again' : 'Draw no lines of them'}
          onClick={() => props.set.setHidden(ids(), areHidden() ? 'show' : 'hide')}>{areHidden() ? 'Show' : 'Hide'}</BarButton>
        <BarButton icon="pin" title={arePinned() ? 'Let them go' : 'First in the list, over the other lines'}
          onClick={() => props.set.setPinned(ids(), arePinned() ? 'let go' : 'pin')}>{arePinned() ? 'Unpin' : 'Pin'}</BarButton>
        <Show when={props.mayWrite}>
          <BarButton icon="tag" onClick={tags}>Tags</BarButton>
          <BarButton icon="group" title="Put them into a group" onClick={group}>Group</BarButton>
          <BarButton icon="trash" disabled={isBusy()} onClick={() => void remove()}>Delete</BarButton>
        </Show>
      </Show>
      <BarButton icon="download" title="What the table shows, as CSV" onClick={() => save(props.selected.length > 0 ? props.selected : listed())}>CSV</BarButton>
      <Show when={props.selected.length > 0}><button type="button" class="button" onClick={() => props.clear()}>Clear</button></Show>
    </div>
  );
}
