// A run's swatch, which is also where its colour is chosen.
import { createSignal, For, onMount, Show } from 'solid-js';
import type { Run } from '../../api/types';
import { Swatch } from '../../components/panels/swatch';
import { nameOf } from '../../lib/legend';
import { kPlaces, type RunColor } from '../../lib/palette';
import type { RunSet } from '../../state/run_set';
import './color_button.css';

const kRowLength = 8;
const kEdgePx = 8;

function ColorMenu(props: { run: Run; set: RunSet; at: DOMRect; close: () => void }) {
  let menu!: HTMLDivElement;
  const choose = (place: number | null): void => {
    props.set.chooseColor(props.run.id, place);
    menu.hidePopover();
  };
  onMount(() => {
    menu.showPopover();
    menu.style.left = `${Math.min(props.at.left, innerWidth - menu.offsetWidth - kEdgePx)}px`;
    menu.style.top = `${Math.min(props.at.bottom + 4, innerHeight - menu.offsetHeight - kEdgePx)}px`;
    (menu.querySelector<HTMLElement>('[aria-pressed="true"]') ?? menu.querySelector('button'))?.focus();
  });
  // Arrows go through the places, as they lie.
  const onKey = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: kRowLength, ArrowUp: -kRowLength }[event.key];
    if (by === undefined) return;
    const buttons = [...menu.querySelectorAll('button')];
    buttons[buttons.indexOf(event.target as HTMLButtonElement) + by]?.focus();
    event.preventDefault();
  };
  return (
    <div ref={menu} class="color-menu" popover="auto" role="dialog" aria-label={`Colour of ${nameOf(props.run)}`} onKeyDown={onKey}
      on:toggle={(event: ToggleEvent) => { if (event.newState === 'closed') props.close(); }}>
      <div class="color-places">
        <For each={Array.from({ length: kPlaces }, (_, place) => place)}>
          {(place) => (
            <button type="button" aria-label={`Colour ${place + 1}`} aria-pressed={props.set.colorOf(props.run.id) === place} onClick={() => choose(place)}>
              <Swatch color={place} />
            </button>
          )}
        </For>
      </div>
      <button type="button" class="button" disabled={!props.set.isColorChosen(props.run.id)} onClick={() => choose(null)}>Automatic</button>
    </div>
  );
}

export function ColorButton(props: { run: Run; set: RunSet; color: RunColor }) {
  const [at, setAt] = createSignal<DOMRect | null>(null);
  return (
    <>
      <button type="button" class="color-button" aria-label={`Colour of ${nameOf(props.run)}`} title="Choose a colour" aria-expanded={at() !== null}
        onClick={(event) => setAt(at() === null ? event.currentTarget.getBoundingClientRect() : null)}>
        <Swatch color={props.color} />
      </button>
      <Show when={at()}>{(box) => <ColorMenu run={props.run} set={props.set} at={box()} close={() => setAt(null)} />}</Show>
    </>
  );
}
