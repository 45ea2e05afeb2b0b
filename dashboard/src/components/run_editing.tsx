// What begins an edit of a run, and the place where its box is made. The box itself is loaded when it is first needed.
import { lazy, onCleanup, onMount, Show, Suspense } from 'solid-js';
import type { Run } from '../api/types';
import { nameOf } from '../lib/legend';
import { beginEdit, editing, type EditedField } from '../state/run_editing';
import { Icon } from './icons';
import './run_editing.css';

const RunEditor = lazy(() => import('../chunks/on_demand').then((chunk) => ({ default: chunk.RunEditor })));

const kVerbs: Readonly<Record<EditedField, string>> = { name: 'Rename', tags: 'Edit the tags of', notes: 'Edit the notes of', group: 'Edit the group of' };

// `over`: the ancestor that the box covers. `text`: where there is nothing yet; the button's name begins with it.
export function EditButton(props: { run: Run; field: EditedField; known?: readonly string[]; over: string; text?: string | undefined }) {
  const label = () => (props.text === undefined ? `${kVerbs[props.field]} ${nameOf(props.run)}` : `Add ${props.field} to ${nameOf(props.run)}`);
  return (
    <button type="button" class="icon-button edit-button" classList={{ worded: props.text !== undefined }} aria-label={label()} title={label()}
      onClick={(event) => {
        const button = event.currentTarget;
        beginEdit({ field: props.field, runs: [props.run], known: props.known ?? [] }, button.closest(props.over) ?? button);
      }}>
      <Icon name="pencil" />{props.text}
    </button>
  );
}

// The code of the box comes while nothing else is to do, so that nobody types before it is there.
export function RunEditorHost() {
  onMount(() => {
    const idle = requestIdleCallback(() => void RunEditor.preload());
    onCleanup(() => cancelIdleCallback(idle));
  });
  return (
    <Suspense>
      <Show when={editing()} keyed>{(edit) => <RunEditor edit={edit} />}</Show>
    </Suspense>
  );
}

// Instead of what changes runs, for those who may not.
export function ViewOnly(props: { reason: string }) {
  return <span class="view-only" title={props.reason}><Icon name="lock" />View only<span class="visually-hidden">. {props.reason}</span></span>;
}
