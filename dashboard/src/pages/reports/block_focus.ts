// The block whose first field takes the focus once it is there.
let awaited: number | null = null;

export const awaitFocus = (id: number): void => { awaited = id; };

export function takeFocus(id: number, field: HTMLElement): void {
  if (awaited !== id) return;
  awaited = null;
  queueMicrotask(() => field.focus());
}
