// What a page shows while there is nothing to show: nothing yet, nothing at all, or something went wrong.
import { For, Show, type JSX } from 'solid-js';
import type { Failure } from '../lib/failure';
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

// Of a whole page: what can be done is to try again, or to go elsewhere.
export function FailureState(props: { failure: Failure; onRetry?: () => void }) {
  const isFinal = () => props.failure.remedy === 'elsewhere';
  return (
    <div class="feedback" role="alert" data-failure={props.failure.remedy}>
      <span class="feedback-icon" classList={{ error: !isFinal() }}><Icon name={isFinal() ? 'lock' : 'alert'} /></span>
      <h1>{props.failure.title}</h1>
      <p class="muted selectable">{props.failure.message}</p>
      <Show when={props.failure.hint !== ''}><p class="muted">{props.failure.hint}</p></Show>
      <Show when={isFinal()} fallback={<button type="button" class="button" onClick={() => props.onRetry?.()}>Try again</button>}>
        <a class="button" href="/">All projects</a>
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
