// Short notes at the edge of the page, some with a way back from what was done.
import { createSignal } from 'solid-js';

export interface Toast {
  text: string;
  kind?: 'done' | 'error';
  action?: { label: string; run: () => void };
}

export interface ShownToast extends Toast {
  id: number;
}

const kShownMs = 8000;
const kMost = 4;

const [toasts, setToasts] = createSignal<readonly ShownToast[]>([]);
let lastId = 0;

export const shownToasts = toasts;

export function dismissToast(id: number): void {
  setToasts((held) => held.filter((one) => one.id !== id));
}

// One that offers something, or tells of a failure, stays twice as long.
export function toast(note: Toast): void {
  lastId += 1;
  const id = lastId;
  setToasts((held) => [...held.slice(-kMost + 1), { ...note, id }]);
  setTimeout(() => dismissToast(id), note.action || note.kind === 'error' ? kShownMs * 2 : kShownMs);
}
