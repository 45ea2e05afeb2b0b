// What a page shows while there is nothing to show: nothing yet, nothing at all, or something went wrong.
import { For, Show, type JSX } from 'solid-js';
import { Icon, type IconName } from './icons';
import './feedback.css';

export function EmptyState(props: { icon: IconName; title: string; children?: JSX.Element }) {
  return (
    <div class="feedback">
      <span class="feedback-icon"><Icon name={props.icon} /></span>
      <h2>{props.title}</h2>
      <div class="muted">{props.children}</div>
    </div>
  );
}

export function ErrorState(props: { title: string; message: string; onRetry?: () => void }) {
  return (
    <div class="feedback" role="alert">
      <span class="feedback-icon error"><Icon name="alert" /></span>
      <h2>{props.title}</h2>
      <p class="muted selectable">{props.message}</p>
      <Show when={props.onRetry}>
        {(retry) => <button type="button" class="button" onClick={() => retry()()}>Try again</button>}
      </Show>
    </div>
  );
}

// Rows in the size of what will stand there, so that nothing jumps.
export function SkeletonRows(props: { count: number; kind: 'row' | 'card' }) {
  return (
    <div class={`skeletons ${props.kind}`} role="status" aria-label="Loading">
      <For each={Array.from({ length: props.count })}>{() => <div class="skeleton" />}</For>
    </div>
  );
}
