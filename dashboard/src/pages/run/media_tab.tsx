// What the run logged to be looked at: what its evaluation found, then media by key.
import { createMemo, createSignal, For, Show } from 'solid-js';
import type { Run } from '../../api/types';
import { EmptyState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { MediaPanels, StepNote } from '../../components/media/media_panels';
import { keyMatcher } from '../../components/panels/panel_grid';
import { evaluationsOf } from '../../lib/evaluation';
import { plural } from '../../lib/format';
import { createMediaKeys } from '../../state/media_panels';
import { EvaluationPanels } from './evaluation_panels';

export function MediaTab(props: { run: Run }) {
  const [search, setSearch] = createSignal('');
  const runs = createMemo(() => [{ id: props.run.id, label: props.run.name, color: 0 }], undefined, { equals: (a, b) => a[0]!.id === b[0]!.id && a[0]!.label === b[0]!.label });
  const keys = createMediaKeys(runs, () => props.run.version);
  const evaluations = createMemo(() => evaluationsOf(props.run.summary));
  const matches = createMemo(() => keyMatcher(search()));
  const isEmpty = () => keys.state() === 'ready' && keys.panels().length === 0 && evaluations().length === 0;
  return (
    <div class="run-body media-tab">
      <div class="media-tools">
        <div class="search">
          <Icon name="search" />
          <input class="input" type="search" placeholder="Search media" aria-label="Search media by name or regular expression" onInput={(event) => setSearch(event.currentTarget.value)} />
        </div>
        <span class="faint" role="status">{keys.state() === 'ready' ? plural(keys.panels().length, 'key') : ''}</span>
        <span class="json-space" />
        <StepNote />
      </div>
      <Show when={!isEmpty()} fallback={
        <EmptyState icon="image" title="Nothing to look at yet">
          Images, tables, histograms, texts, sound and video that the program logs with log_media() stand here, and what an evaluation found.
        </EmptyState>
      }>
        <For each={evaluations().filter((one) => matches()(one.prefix))}>{(one) => <EvaluationPanels evaluation={one} />}</For>
        <Show when={keys.state() !== 'loading'} fallback={<SkeletonRows count={3} kind="card" />}><MediaPanels keys={keys} matches={matches()} /></Show>
      </Show>
    </div>
  );
}
