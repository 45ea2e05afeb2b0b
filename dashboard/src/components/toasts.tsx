import { For, Show } from 'solid-js';
import { dismissToast, shownToasts } from '../state/toasts';
import { Icon } from './icons';
import './toasts.css';

export function Toasts() {
  return (
    <div class="toasts" role="region" aria-label="Notes" aria-live="polite">
      <For each={shownToasts()}>
        {(one) => (
          <div class="toast" classList={{ error: one.kind === 'error' }}>
            <span>{one.text}</span>
            <Show when={one.action}>
              {(action) => (
                <button type="button" class="button" onClick={() => { dismissToast(one.id); action().run(); }}>{action().label}</button>
              )}
            </Show>
            <button type="button" class="icon-button" aria-label="Close this note" onClick={() => dismissToast(one.id)}><Icon name="close" /></button>
          </div>
        )}
      </For>
    </div>
  );
}
