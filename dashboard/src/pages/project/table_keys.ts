// Keys of the runs table while the focus is in it or nowhere: j and k go from run to run, others act on the one that has
// the focus.
import { onCleanup, onMount } from 'solid-js';
import type { Run } from '../../api/types';

export type RowAction = 'select' | 'pin' | 'hide' | 'name' | 'tags' | 'notes' | 'delete';

const kActions: Readonly<Record<string, RowAction>> = {
  x: 'select', p: 'pin', h: 'hide', e: 'name', t: 'tags', n: 'notes', Delete: 'delete',
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type="checkbox"]), textarea, select');

// The link of a row that is in the document; it scrolls into view by itself.
function focusRow(table: HTMLElement, index: number): void {
  table.querySelector<HTMLElement>(`[aria-rowindex="${index + 2}"] .run-link`)?.focus();
}

export function useTableKeys(table: () => HTMLElement, runs: () => readonly Run[], act: (action: RowAction, run: Run, row: HTMLElement) => void): void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
    if (event.target !== document.body && !table().contains(event.target as Node)) return;
    const row = (event.target as HTMLElement).closest<HTMLElement>('[data-run]');
    const at = row === null ? -1 : runs().findIndex((run) => run.id === row.dataset.run);
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    // The arrows scroll a table in which no row has the focus.
    if (step !== undefined && (row !== null || event.key === 'j')) focusRow(table(), Math.max(0, Math.min(runs().length - 1, at + step)));
    else if (row !== null && at >= 0 && event.key in kActions) act(kActions[event.key]!, runs()[at]!, row);
    else return;
    event.preventDefault();
  };
  // At the window, behind the keys of every page: the second of two keys that go together is none of a row.
  onMount(() => {
    addEventListener('keydown', onKey);
    onCleanup(() => removeEventListener('keydown', onKey));
  });
}
