// Which field of which runs is being edited now, and where its box stands: one for the whole page.
import { createSignal } from 'solid-js';
import type { Run } from '../api/types';
import type { TextField } from '../lib/run_edit';

export type EditedField = TextField | 'tags';

export interface Editing {
  field: EditedField;
  runs: readonly Run[];
  // Values that others have: offered while typing.
  known: readonly string[];
  // The box stands over it.
  over: DOMRect;
}

const [editing, setEditing] = createSignal<Editing | null>(null);
let before: HTMLElement | null = null;

export { editing };

export function beginEdit(edit: Omit<Editing, 'over'>, over: Element): void {
  before = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  setEditing({ ...edit, over: over.getBoundingClientRect() });
}

// The focus goes back to where it was, if it is still in the box.
export function endEdit(focus: 'back' | 'leave'): void {
  setEditing(null);
  if (focus === 'back' && before?.isConnected === true) before.focus();
  before = null;
}
