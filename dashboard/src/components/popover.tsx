// A button with a panel under it: closes on Escape, which gives the focus back, and on a press elsewhere.
import { createSignal, createUniqueId, onCleanup, onMount, Show, type JSX } from 'solid-js';
import { Icon, type IconName } from './icons';
import './popover.css';

export function Popover(props: {
  label: string;
  icon: IconName;
  // Without: the icon alone stands on the button.
  text?: string;
  title?: string;
  // Something in it differs from the usual.
  isMarked?: boolean;
  children: (close: () => void) => JSX.Element;
}) {
  let root!: HTMLDivElement;
  let button!: HTMLButtonElement;
  const id = createUniqueId();
  const [isOpen, setOpen] = createSignal(false);
  const close = (): void => {
    setOpen(false);
    button.focus();
  };
  onMount(() => {
    const outside = (event: PointerEvent): void => {
      if (!root.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    onCleanup(() => document.removeEventListener('pointerdown', outside));
  });
  const onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !isOpen()) return;
    event.stopPropagation();
    event.preventDefault();
    close();
  };
  return (
    <div ref={root} class="popover" onKeyDown={onKey}>
      <button ref={button} type="button" class={props.text === undefined ? 'icon-button' : 'button'} classList={{ marked: props.isMarked === true }}
        aria-label={props.label} title={props.title ?? props.label} aria-expanded={isOpen()} aria-controls={isOpen() ? id : undefined}
        onClick={() => setOpen(!isOpen())}>
        <Icon name={props.icon} /><Show when={props.text}>{(text) => <span class="popover-label">{text()}</span>}</Show>
      </button>
      <Show when={isOpen()}>
        <div id={id} class="popover-body" role="dialog" aria-label={props.label}>{props.children(close)}</div>
      </Show>
    </div>
  );
}
