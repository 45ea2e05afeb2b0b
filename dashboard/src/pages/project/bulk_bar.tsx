// What can be done with the runs that are selected, and the table as a file.
import { createSignal, Show } from 'solid-js';
import type { Run } from '../../api/types';
import { Icon } from '../../components/icons';
import { cellValue, columnLabel, type ColumnId } from '../../lib/columns';
import { csvText, type CsvCell } from '../../lib/csv';
import { downloadText, fileName } from '../../lib/download';
import { plural } from '../../lib/format';
import { comparePath } from '../../lib/route';
import { namesOf } from '../../lib/compare';
import { navigate, query } from '../../state/location';
import { deleteWithUndo } from '../../state/run_deletion';

function csvCell(run: Run, column: ColumnId): CsvCell {
  if (column === 'created') return new Date(run.createdUs / 1000).toISOString();
  const value = cellValue(run, column);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

export function BulkBar(props: {
  project: string;
  selected: readonly Run[];
  listed: readonly Run[];
  columns: readonly ColumnId[];
  reload: () => void;
  clear: () => void;
}) {
  const [isBusy, setBusy] = createSignal(false);
  const compare = (): void => {
    const where = query('where');
    navigate(`${comparePath(props.project)}?runs=${namesOf(props.selected, props.listed)}${where === null ? '' : `&where=${encodeURIComponent(where)}`}`);
  };
  const save = (runs: readonly Run[]): void => {
    const columns = props.columns.includes('id') ? props.columns : ['id', ...props.columns];
    const rows = [columns.map(columnLabel), ...runs.map((run) => columns.map((column) => csvCell(run, column)))];
    downloadText(fileName(props.project, 'csv'), csvText(rows), 'text/csv');
  };
  const remove = async (): Promise<void> => {
    setBusy(true);
    await deleteWithUndo(props.selected, props.reload);
    props.clear();
    setBusy(false);
  };
  return (
    <div class="bulk-bar" role="toolbar" aria-label="Selected runs">
      <Show when={props.selected.length > 0}>
        <span role="status">{plural(props.selected.length, 'run')} selected</span>
        <button type="button" class="button" onClick={compare}><Icon name="compare" />Compare</button>
        <button type="button" class="button" disabled={isBusy()} onClick={() => void remove()}><Icon name="trash" />Delete</button>
      </Show>
      <button type="button" class="button" title="What the table shows, as CSV" onClick={() => save(props.selected.length > 0 ? props.selected : props.listed)}>
        <Icon name="download" />CSV
      </button>
      <Show when={props.selected.length > 0}><button type="button" class="button" onClick={() => props.clear()}>Clear</button></Show>
    </div>
  );
}
