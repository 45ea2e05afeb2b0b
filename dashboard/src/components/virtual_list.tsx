// Rows of one height, of which only those near the window are in the document. The scroller is the caller's, so that a
// table may keep its header and its sideways scroll. A row keeps its elements, and the focus in them, for as long as
// there is one of its key, whatever becomes of its values.
import { createMemo, createSignal, For, onCleanup, onMount, type Accessor, type JSX } from 'solid-js';
import './virtual_list.css';

const kOverscan = 8;

export function VirtualRows<T>(props: {
  rows: readonly T[];
  keyOf: (row: T) => string;
  rowHeight: number;
  scroller: () => HTMLElement;
  children: (row: Accessor<T>, index: Accessor<number>) => JSX.Element;
  role?: 'rowgroup' | 'list' | 'presentation';
}) {
  // Nothing until it is measured, which is before the first paint: rows are much to make, and what else the page begins
  // goes first.
  const [view, setView] = createSignal({ top: 0, height: 0 });
  const window = createMemo(
    () => {
      if (view().height === 0) return { from: 0, to: 0 };
      const from = Math.max(0, Math.floor(view().top / props.rowHeight) - kOverscan);
      const to = Math.min(props.rows.length, Math.ceil((view().top + view().height) / props.rowHeight) + kOverscan);
      return { from, to };
    },
    undefined,
    { equals: (a, b) => a.from === b.from && a.to === b.to },
  );
  const shown = createMemo(() => new Map(props.rows.slice(window().from, window().to).map((row) => [props.keyOf(row), row])));
  const keys = createMemo(() => [...shown().keys()]);
  onMount(() => {
    const scroller = props.scroller();
    const measure = () => setView({ top: scroller.scrollTop, height: scroller.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(scroller);
    scroller.addEventListener('scroll', measure, { passive: true });
    onCleanup(() => {
      observer.disconnect();
      scroller.removeEventListener('scroll', measure);
    });
  });
  // A row that has gone keeps what it was until it is taken away.
  const rowOf = (key: string): Accessor<T> => createMemo<T>((held) => shown().get(key) ?? held, shown().get(key)!);
  return (
    <div class="virtual-rows" role={props.role ?? 'presentation'} style={{ height: `${props.rows.length * props.rowHeight}px` }}>
      <div class="virtual-window" role="presentation" style={{ transform: `translateY(${window().from * props.rowHeight}px)` }}>
        <For each={keys()}>{(key, index) => props.children(rowOf(key), () => window().from + index())}</For>
      </div>
    </div>
  );
}
