// What the page on the screen tells the shell about itself.
import { createEffect, createSignal } from 'solid-js';
import type { Crumb } from '../components/shell';

export interface PageHead {
  crumbs: readonly Crumb[];
  // The project whose pages the rail offers.
  project: string | null;
}

const [head, setHead] = createSignal<PageHead>({ crumbs: [], project: null });
export const pageHead = head;

export function usePageHead(make: () => PageHead): void {
  createEffect(() => {
    const next = make();
    setHead(next);
    const names = next.crumbs.map((crumb) => crumb.label).reverse();
    document.title = [...names, 'Tracker'].join(' · ');
  });
}
