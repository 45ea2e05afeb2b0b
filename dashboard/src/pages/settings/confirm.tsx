// Asks before what cannot be undone. Escape, and a press beside it, are a no; the focus goes back to where it was.
import { createSignal, createUniqueId, onMount, Show } from 'solid-js';
import { messageOf } from '../../api/http';

export function Confirm(props: {
  title: string;
  text: string;
  // What will be done, on the button.
  label: string;
  // A failure is told here, and leaves the question open.
  act: () => Promise<void>;
  close: () => void;
}) {
  let dialog!: HTMLDialogElement;
  const id = createUniqueId();
  const [isBusy, setBusy] = createSignal(false);
  const [failed, setFailed] = createSignal<string | null>(null);
  onMount(() => dialog.showModal());
  async function act(): Promise<void> {
    setBusy(true);
    try {
      await props.act();
      dialog.close();
    } catch (error) {
      setFailed(messageOf(error));
      setBusy(false);
    }
  }
  return (
    <dialog ref={dialog} class="settings-dialog" aria-labelledby={`${id}-title`} aria-describedby={`${id}-text`} onClose={() => props.close()}
      onClick={(event) => { if (event.target === dialog) dialog.close(); }}>
      <h2 id={`${id}-title`}>{props.title}</h2>
      <p id={`${id}-text`}>{props.text}</p>
      <Show when={failed()}>{(message) => <p class="settings-failed" role="alert">{message()}</p>}</Show>
      <div class="settings-dialog-foot">
        <button type="button" class="button" autofocus onClick={() => dialog.close()}>Cancel</button>
        <button type="button" class="button danger" disabled={isBusy()} onClick={() => void act()}>{props.label}</button>
      </div>
    </dialog>
  );
}
