// A text of several lines, in Markdown, that can be changed where it stands. Ctrl and Enter saves, Escape leaves it as it was.
import { createSignal, Show } from 'solid-js';
import { Icon } from './icons';
import { MarkdownText } from './markdown/markdown_text';
import './editing.css';

export function EditableText(props: {
  label: string;
  text: string;
  empty: string;
  mayEdit: boolean;
  maxLength: number;
  // True if it was saved.
  save: (text: string) => Promise<boolean>;
}) {
  let area!: HTMLTextAreaElement;
  let button!: HTMLButtonElement;
  const [isEditing, setEditing] = createSignal(false);
  const [isSaving, setSaving] = createSignal(false);
  const close = (): void => {
    setEditing(false);
    queueMicrotask(() => button.focus());
  };
  const save = async (): Promise<void> => {
    setSaving(true);
    const saved = await props.save(area.value);
    setSaving(false);
    if (saved) close();
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div class="editable">
      <Show when={isEditing()} fallback={
        <>
          <Show when={props.text !== ''} fallback={<Show when={props.empty !== ''}><p class="faint">{props.empty}</p></Show>}>
            <div class="editable-text"><MarkdownText text={props.text} top={2} /></div>
          </Show>
          <Show when={props.mayEdit}>
            <button ref={button} type="button" class="icon-button" aria-label={`Edit ${props.label}`} title={`Edit ${props.label}`}
              onClick={() => { setEditing(true); queueMicrotask(() => area.focus()); }}><Icon name="pencil" /></button>
          </Show>
        </>
      }>
        <div class="editable-form">
          <textarea ref={area} class="input editable-area" aria-label={props.label} maxlength={props.maxLength} onKeyDown={onKey}>{props.text}</textarea>
          <div class="editable-buttons">
            <button type="button" class="button primary" disabled={isSaving()} onClick={() => void save()}>Save</button>
            <button type="button" class="button" onClick={close}>Cancel</button>
          </div>
        </div>
      </Show>
    </div>
  );
}
