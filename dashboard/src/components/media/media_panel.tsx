// One panel: the runs' media of a key at a step, and the slider of its steps.
import { createMemo, createSignal, For, Match, onCleanup, onMount, Show, Switch } from 'solid-js';
import type { MediaEntry } from '../../api/media';
import { messageOf } from '../../api/http';
import { formatCount, plural } from '../../lib/format';
import { entriesAt } from '../../lib/media_steps';
import { panelTitle } from '../../lib/sections';
import { held } from '../../state/held';
import type { MediaPanelInfo, MediaRun } from '../../lib/media_panels';
import { chooseStep, createMediaPanel, kMostEntries, kMostRunsOfPanel, type MediaPanelState } from '../../state/media_panels';
import { Icon } from '../icons';
import { Swatch } from '../panels/swatch';
import { HistogramItem } from './histogram_item';
import { MediaItem } from './media_item';

const kWide = ['table', 'histogram', 'text', 'plot'];
const kNearPx = 400;

// Read once it comes near the window.
export function MediaPanel(props: { info: MediaPanelInfo; section: string }) {
  let root!: HTMLElement;
  const [isNear, setNear] = createSignal(false);
  onMount(() => {
    const observer = new IntersectionObserver((seen) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      setNear(true);
      observer.disconnect();
    }, { rootMargin: `${kNearPx}px` });
    observer.observe(root);
    onCleanup(() => observer.disconnect());
  });
  return (
    <article ref={root} class="card media-panel" classList={{ wide: kWide.includes(props.info.type) }} data-media={props.info.key} data-type={props.info.type}
      aria-label={`${props.info.key}, ${props.info.type}`}>
      <div class="card-head">
        <h3 class="ellipsis" title={props.info.key}>{panelTitle(props.info.key, props.section)}</h3>
        <span class="tag">{props.info.type}</span>
        <span class="json-space" />
        <Show when={props.info.runs.length > kMostRunsOfPanel}><span class="faint">{kMostRunsOfPanel} of {plural(props.info.runs.length, 'run')}</span></Show>
      </div>
      <Show when={isNear()} fallback={<div class="media-wait" />}><PanelBody info={props.info} /></Show>
    </article>
  );
}

function PanelBody(props: { info: MediaPanelInfo }) {
  const state = createMediaPanel(() => props.info);
  const runs = createMemo(() => props.info.runs.slice(0, kMostRunsOfPanel));
  const of = (run: MediaRun): MediaEntry[] => held(state.entries)?.get(run.id) ?? [];
  return (
    <Switch fallback={<div class="media-wait" role="status" aria-label="Loading" />}>
      <Match when={state.entries.error as unknown}>
        {(error) => (
          <div class="media-note" role="alert">
            <p>{messageOf(error())}</p><button type="button" class="button" onClick={state.retry}>Try again</button>
          </div>
        )}
      </Match>
      <Match when={held(state.entries)}>
        <div class="media-runs" classList={{ several: runs().length > 1 }}>
          <For each={runs()}>
            {(run) => (
              <figure class="media-run">
                <Show when={props.info.runs.length > 1}><figcaption class="ellipsis"><Swatch color={run.color} />{run.label}</figcaption></Show>
                <Show when={props.info.type === 'histogram'} fallback={
                  <Items entries={entriesAt(of(run), state.step())} step={state.step()} run={runs().length > 1 ? ` of ${run.label}` : ''} />
                }>
                  <HistogramItem entries={of(run)} step={state.step()} label={`${props.info.key} of ${run.label}`} />
                </Show>
              </figure>
            )}
          </For>
        </div>
        <StepSlider state={state} label={props.info.key} isCut={runs().some((run) => of(run).length >= kMostEntries)} />
      </Match>
    </Switch>
  );
}

// `run`: how the names of what is shown end.
function Items(props: { entries: readonly MediaEntry[]; step: number; run: string }) {
  return (
    <Show when={props.entries.length > 0} fallback={<p class="media-note">Nothing up to this step.</p>}>
      <Show when={props.entries[0]!.step !== props.step}><p class="media-late faint">of step {formatCount(props.entries[0]!.step)}</p></Show>
      <div class="media-items"><For each={props.entries}>{(entry) => <MediaItem entry={entry} label={`${entry.key} at step ${entry.step}${props.run}`} />}</For></div>
    </Show>
  );
}

function StepSlider(props: { state: MediaPanelState; label: string; isCut: boolean }) {
  const steps = () => props.state.steps();
  const go = (index: number): void => {
    const step = steps()[index];
    if (step !== undefined) chooseStep(index === steps().length - 1 ? null : step);
  };
  return (
    <div class="media-foot">
      <Show when={steps().length > 1}>
        <button type="button" class="icon-button turned" aria-label={`Previous step of ${props.label}`} disabled={props.state.index() <= 0} onClick={() => go(props.state.index() - 1)}><Icon name="chevron" /></button>
        <input type="range" min="0" max={steps().length - 1} step="1" value={props.state.index()} aria-label={`Step of ${props.label}`}
          aria-valuetext={`step ${props.state.step()}`} onInput={(event) => go(Number(event.currentTarget.value))} />
        <button type="button" class="icon-button" aria-label={`Next step of ${props.label}`} disabled={props.state.index() >= steps().length - 1} onClick={() => go(props.state.index() + 1)}><Icon name="chevron" /></button>
      </Show>
      <output>step {formatCount(props.state.step())}</output>
      <span class="faint">{props.isCut ? `the first ${formatCount(kMostEntries)}` : plural(steps().length, 'step')}</span>
    </div>
  );
}
