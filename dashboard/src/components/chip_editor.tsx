// A few short names, each with a way to take it away, and a field for another one.
import { createSignal, createUniqueId, For, Show } from 'solid-js';
import { Icon } from './icons';
import './editing.css';

export function ChipEditor(props: {
  // 'alias', 'tag'
  word: string;
  items: readonly string[];
  // Those that nobody may take away.
  fixed?: readonly string[];
  // What a new one may be called; others may be typed.
  known?: readonly string[];
  mayEdit: boolean;
  maxLength: number;
  // True if it was done.
  add: (item: string) => Promise<boolean>;
  remove: (item: string) => Promise<boolean>;
}) {
  let field!: HTMLInputElement;
  const id = createUniqueId();
  let opener!: HTMLButtonElement;
  const [isAdding, setAdding] = createSignal(false);
  const close = (): void => {
    setAdding(false);
    queueMicrotask(() => opener.focus());
  };
  const add = async (): Promise<void> => {
    const item = field.value.trim();
    if (item === '') return close();
    if (await props.add(item)) close();
  };
  return (
    <ul class="chip-editor">
      <For each={props.items} fallback={<Show when={!props.mayEdit}><li class="faint">none</li></Show>}>
        {(item) => (
          <li class="tag chip">
            <span class="ellipsis" title={item}>{item}</span>
            <Show when={props.mayEdit && props.fixed?.includes(item) !== true}>
              <button type="button" class="chip-remove" aria-label={`Remove ${props.word} ${item}`} onClick={() => void props.remove(item)}><Icon name="close" /></button>
            </Show>
          </li>
        )}
      </For>
      <Show when={props.mayEdit}>
        <li>
          <Show when={isAdding()} fallback={
            <button ref={opener} type="button" class="chip-add" onClick={() => { setAdding(true); queueMicrotask(() => field.focus()); }}>
              <Icon name="plus" />{props.word}
            </button>
          }>
            <form class="chip-form" onSubmit={(event) => { event.preventDefault(); void add(); }}>
              <input ref={field} class="input" type="text" aria-label={`New ${props.word}`} maxlength={props.maxLength} autocomplete="off" spellcheck={false} list={props.known ? id : undefined}
                onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); close(); } }} />
              <Show when={props.known}>{(known) => <datalist id={id}><For each={known()}>{(name) => <option value={name} />}</For></datalist>}</Show>
              <button type="submit" class="button">Add</button>
            </form>
          </Show>
        </li>
      </Show>
    </ul>
  );
}
