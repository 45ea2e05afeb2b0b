// What a writer does with a block as a whole: move, delete, put another one below. Alt with the arrows moves as well.
import type { JSX } from 'solid-js';
import { Show } from 'solid-js';
import { Icon } from '../../components/icons';
import { kMostBlocks } from '../../lib/report';
import { toast } from '../../state/toasts';
import { awaitFocus } from './block_focus';
import type { BlockDraft, Draft } from './draft';

const kNames = { markdown: 'Text', panels: 'Charts', unknown: 'Unknown' } as const;

const focusIn = (id: number, what: string): void => queueMicrotask(() =>
  document.querySelector(`[data-block="${id}"]`)?.querySelector<HTMLElement>(what)?.focus());

export function BlockFrame(props: { draft: Draft; block: BlockDraft; index: number; children: JSX.Element }) {
  const count = () => props.draft.blocks().length;
  const name = () => `block ${props.index + 1}`;
  const move = (by: 1 | -1): void => {
    if (props.index + by < 0 || props.index + by >= count()) return;
    props.draft.move(props.block.id, by);
    // A button at the end of its way cannot have the focus.
    focusIn(props.block.id, `[data-move="${by}"]:not(:disabled), [data-move]:not(:disabled)`);
  };
  const remove = (): void => {
    const next = props.draft.blocks()[props.index + 1] ?? props.draft.blocks()[props.index - 1];
    const back = props.draft.remove(props.block.id);
    toast({ text: `${kNames[props.block.kind]} block deleted`, action: { label: 'Undo', run: back } });
    if (next) focusIn(next.id, '[data-move]:not(:disabled)');
    else queueMicrotask(() => document.querySelector<HTMLElement>('.add-block button')?.focus());
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!event.altKey || event.ctrlKey || event.metaKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    if ((event.target as Element).closest('.line-chart, select')) return;
    event.preventDefault();
    move(event.key === 'ArrowUp' ? -1 : 1);
  };
  return (
    <section class="card report-block report-frame" aria-label={`${kNames[props.block.kind]}, block ${props.index + 1} of ${count()}`} data-block={props.block.id} onKeyDown={onKey}>
      <div class="report-frame-head">
        <span class="muted">{kNames[props.block.kind]}</span>
        <span class="report-space" />
        <button type="button" class="icon-button" data-move="-1" aria-label={`Move ${name()} up`} title="Move up (Alt ↑)" disabled={props.index === 0} onClick={() => move(-1)}><Icon name="up" /></button>
        <button type="button" class="icon-button" data-move="1" aria-label={`Move ${name()} down`} title="Move down (Alt ↓)" disabled={props.index === count() - 1} onClick={() => move(1)}><Icon name="down" /></button>
        <button type="button" class="icon-button" aria-label={`Delete ${name()}`} title="Delete" onClick={remove}><Icon name="trash" /></button>
      </div>
      {props.children}
    </section>
  );
}

// `at`: the place of the new block.
export function AddBlock(props: { draft: Draft; at: number }) {
  const add = (kind: 'markdown' | 'panels'): void => { props.draft.add(kind, props.at, awaitFocus); };
  const where = () => (props.at === 0 ? 'at the top' : `below block ${props.at}`);
  return (
    <Show when={props.draft.blocks().length < kMostBlocks}>
      <div class="add-block" role="group" aria-label={`Add ${where()}`}>
        <button type="button" class="button" onClick={() => add('markdown')}><Icon name="plus" />Text<span class="visually-hidden"> {where()}</span></button>
        <button type="button" class="button" onClick={() => add('panels')}><Icon name="plus" />Charts<span class="visually-hidden"> {where()}</span></button>
      </div>
    </Show>
  );
}
