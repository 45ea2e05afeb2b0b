// Panels of what runs logged to be looked at: one for each key and type, in sections as charts have them.
import { createMemo, For, Show } from 'solid-js';
import { messageOf } from '../../api/http';
import { plural } from '../../lib/format';
import type { MediaPanelInfo } from '../../lib/media_panels';
import { chooseStep, chosenStep, type MediaKeys } from '../../state/media_panels';
import { ErrorState } from '../feedback';
import { Icon } from '../icons';
import { MediaPanel } from './media_panel';
import './media.css';

const sectionName = (key: string): string => (key.indexOf('/') > 0 ? key.slice(0, key.indexOf('/')) : 'media');

export function MediaPanels(props: { keys: MediaKeys; matches?: (key: string) => boolean }) {
  const shown = createMemo(() => props.keys.panels().filter((panel) => props.matches?.(panel.key) !== false));
  // By name: a panel that goes on stays where it is.
  const names = createMemo(() => shown().map((panel) => JSON.stringify([panel.key, panel.type])), undefined, { equals: (a, b) => a.join('\n') === b.join('\n') });
  const sections = createMemo(() => [...new Set(shown().map((panel) => sectionName(panel.key)))], undefined, { equals: (a, b) => a.join('\n') === b.join('\n') });
  const infoOf = (name: string): MediaPanelInfo | undefined => shown().find((panel) => JSON.stringify([panel.key, panel.type]) === name);
  return (
    <Show when={props.keys.state() !== 'error'} fallback={<ErrorState title="The media cannot be read" message={messageOf(props.keys.error())} onRetry={props.keys.retry} />}>
      <For each={sections()}>
        {(section) => (
          <section class="media-section" aria-label={`Media of ${section}`}>
            <h2 class="media-heading">{section}<span class="faint">{plural(shown().filter((panel) => sectionName(panel.key) === section).length, 'panel')}</span></h2>
            <div class="media-panels">
              <For each={names().filter((name) => sectionName((JSON.parse(name) as [string, string])[0]) === section)}>
                {(name) => <Show when={infoOf(name)}>{(info) => <MediaPanel info={info()} section={section} />}</Show>}
              </For>
            </div>
          </section>
        )}
      </For>
    </Show>
  );
}

// Where a choice of the step is undone for all panels.
export function StepNote() {
  return (
    <Show when={chosenStep() !== null}>
      <button type="button" class="button" data-tool="latest-step" onClick={() => chooseStep(null)}><Icon name="reset" />Step {chosenStep()!.toLocaleString('en-US')}: show the latest</button>
    </Show>
  );
}
