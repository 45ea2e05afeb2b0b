// The box that changes one field of a run, or of several: over its place, closed by saving (Enter, a press elsewhere) or
// by Escape, which leaves all as it was.
import { createMemo, createSignal, createUniqueId, For, onCleanup, onMount, Show, type JSX } from 'solid-js';
import type { Run } from '../api/types';
import { plural } from '../lib/format';
import { nameOf } from '../lib/legend';
import { countTags, problemOf, splitTags, type RunChange, type TextField } from '../lib/run_edit';
import { editRuns } from '../state/run_edits';
import { endEdit, type EditedField, type Editing } from '../state/run_editing';
import { Icon } from './icons';

const kTitles: Readonly<Record<EditedField, string>> = { name: 'Name', tags: 'Tags', notes: 'Notes', group: 'Group' };
const kEdgePx = 8;

const whose = (runs: readonly Run[]): string => (runs.length === 1 ? nameOf(runs[0]!) : plural(runs.length, 'run'));

// Over the place it is for, and inside the window.
function placeOver(box: HTMLElement, over: DOMRect): void {
  const left = Math.max(kEdgePx, Math.min(over.left, innerWidth - box.offsetWidth - kEdgePx));
  const top = Math.max(kEdgePx, Math.min(over.top, innerHeight - box.offsetHeight - kEdgePx));
  box.style.left = `${Math.round(left)}px`;
  box.style.top = `${Math.round(top)}px`;
}

function EditBox(props: { edit: Editing; change: () => RunChange; hint: string; onEnter?: (event: KeyboardEvent) => boolean; children: JSX.Element }) {
  let box!: HTMLDivElement;
  const problem = createMemo(() => problemOf(props.change()));
  let isOver = false;
  const close = (focus: 'back' | 'leave', keep: 'save' | 'drop'): void => {
    if (isOver) return;
    isOver = true;
    const { runs, field } = props.edit;
    const change = props.change();
    endEdit(focus);
    if (keep === 'save' && problemOf(change) === null) void editRuns(runs, kTitles[field], change);
  };
  const save = (): void => { if (problem() === null) close('back', 'save'); };
  const onKey = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Escape') close('back', 'drop');
    else if (event.key !== 'Enter' || event.target instanceof HTMLButtonElement) return;
    else if (event.target instanceof HTMLTextAreaElement && !event.ctrlKey && !event.metaKey) return;
    else if (props.onEnter?.(event) !== true) save();
    event.preventDefault();
  };
  onMount(() => {
    box.showPopover();
    const follow = new ResizeObserver(() => placeOver(box, props.edit.over));
    follow.observe(box);
    placeOver(box, props.edit.over);
    const field = box.querySelector<HTMLInputElement | HTMLTextAreaElement>('input, textarea')!;
    field.focus();
    if (props.edit.field !== 'notes') field.select();
    const outside = (event: PointerEvent): void => { if (!box.contains(event.target as Node)) close('leave', 'save'); };
    document.addEventListener('pointerdown', outside, true);
    onCleanup(() => {
      follow.disconnect();
      document.removeEventListener('pointerdown', outside, true);
    });
  });
  return (
    <div ref={box} class="edit-box" classList={{ wide: props.edit.field === 'notes' }} popover="manual" role="dialog"
      aria-label={`${kTitles[props.edit.field]} of ${whose(props.edit.runs)}`} onKeyDown={onKey}
      onFocusOut={(event) => { if (event.relatedTarget !== null && !box.contains(event.relatedTarget as Node)) close('leave', 'save'); }}>
      <form onSubmit={(event) => { event.preventDefault(); save(); }}>
        {props.children}
        <div class="edit-actions">
          <span role="status" class={problem() === null ? 'faint' : 'edit-problem'}>{problem() ?? props.hint}</span>
          <button type="button" class="button" onClick={() => close('back', 'drop')}>Cancel</button>
          <button type="submit" class="button primary" disabled={problem() !== null}>Save</button>
        </div>
      </form>
    </div>
  );
}

function TextEditor(props: { edit: Editing; field: TextField }) {
  const values = new Set(props.edit.runs.map((run) => run[props.field]));
  const start = values.size === 1 ? [...values][0]! : '';
  const [text, setText] = createSignal(start);
  const id = createUniqueId();
  const label = `${kTitles[props.field]} of ${whose(props.edit.runs)}`;
  const change = (): RunChange => ({ [props.field]: text() });
  return (
    <EditBox edit={props.edit} change={change} hint={props.field === 'notes' ? 'Ctrl Enter saves' : 'Enter saves, Esc leaves it'}>
      <Show when={props.field === 'notes'} fallback={
        <>
          <input class="input" type="text" value={start} aria-label={label} list={props.edit.known.length > 0 ? id : undefined} autocomplete="off" spellcheck={false}
            placeholder={props.field === 'group' ? 'No group' : undefined} onInput={(event) => setText(event.currentTarget.value)} />
          <datalist id={id}><For each={props.edit.known}>{(value) => <option value={value} />}</For></datalist>
        </>
      }>
        <textarea class="input" rows="7" aria-label={label} placeholder="What is worth remembering of it"
          onInput={(event) => setText(event.currentTarget.value)}>{start}</textarea>
      </Show>
    </EditBox>
  );
}

// Tags of one run, or of several: those that only some have can be given to all.
function TagEditor(props: { edit: Editing }) {
  const runs = props.edit.runs;
  const before = countTags(runs);
  const [typed, setTyped] = createSignal('');
  const [added, setAdded] = createSignal<readonly string[]>([]);
  const [removed, setRemoved] = createSignal<ReadonlySet<string>>(new Set());
  const id = createUniqueId();
  const add = (tags: readonly string[]): void => {
    setAdded((held) => [...new Set([...held, ...tags])]);
    setRemoved((held) => new Set([...held].filter((tag) => !tags.includes(tag))));
  };
  const shown = createMemo(() => [
    ...before.filter(({ tag }) => !removed().has(tag)).map(({ tag, runs: n }) => ({ tag, isPartly: n < runs.length && !added().includes(tag), runs: n })),
    ...added().filter((tag) => !before.some((one) => one.tag === tag)).map((tag) => ({ tag, isPartly: false, runs: runs.length })),
  ]);
  const take = (tag: string): void => {
    setAdded((held) => held.filter((one) => one !== tag));
    if (before.some((one) => one.tag === tag)) setRemoved((held) => new Set([...held, tag]));
  };
  const change = (): RunChange => ({ addTags: [...new Set([...added(), ...splitTags(typed())])], removeTags: [...removed()] });
  // Enter after a word makes a tag of it; without one it saves.
  const takeTyped = (input: HTMLInputElement): boolean => {
    const tags = splitTags(input.value);
    if (tags.length === 0) return false;
    add(tags);
    setTyped('');
    input.value = '';
    return true;
  };
  return (
    <EditBox edit={props.edit} change={change} hint="Enter adds, once more saves"
      onEnter={(event) => event.target instanceof HTMLInputElement && takeTyped(event.target)}>
      <Show when={shown().length > 0}>
        <ul class="edit-tags" aria-label="Tags">
          <For each={shown()}>
            {(one) => (
              <li class="tag">
                <Show when={one.isPartly} fallback={<span class="ellipsis">{one.tag}</span>}>
                  <button type="button" title="Give it to all" aria-label={`Give ${one.tag} to all`} onClick={() => add([one.tag])}>
                    <span class="ellipsis">{one.tag}</span> <span class="faint">{one.runs} of {runs.length}</span>
                  </button>
                </Show>
                <button type="button" aria-label={`Take ${one.tag} away`} onClick={(event) => {
                  const input = event.currentTarget.closest('form')?.querySelector('input');
                  take(one.tag);
                  input?.focus();
                }}><Icon name="close" /></button>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <input class="input" type="text" aria-label={`Add tags to ${whose(runs)}`} placeholder="Add a tag" list={props.edit.known.length > 0 ? id : undefined} autocomplete="off" spellcheck={false}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          if (event.currentTarget.value.endsWith(',')) takeTyped(event.currentTarget);
        }} />
      <datalist id={id}><For each={props.edit.known}>{(tag) => <option value={tag} />}</For></datalist>
    </EditBox>
  );
}

export function RunEditor(props: { edit: Editing }) {
  // Each edit makes its box anew.
  const { edit } = props;
  return edit.field === 'tags' ? <TagEditor edit={edit} /> : <TextEditor edit={edit} field={edit.field} />;
}
