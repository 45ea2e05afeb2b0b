// Media of the runs that are drawn, under their charts; nothing where none of them has any, and then nothing is loaded
// for them.
import { createMemo, lazy, Show } from 'solid-js';
import type { DrawnRun } from '../../components/panels/model';
import { keyMatcher } from '../../components/panels/panel_grid';
import { createMediaKeys } from '../../state/media_panels';

const MediaPanels = lazy(() => import('../../chunks/media').then((chunk) => ({ default: chunk.MediaPanels })));
const StepNote = lazy(() => import('../../chunks/media').then((chunk) => ({ default: chunk.StepNote })));

export function WorkspaceMedia(props: { runs: readonly DrawnRun[]; search: string; changes: unknown }) {
  // A group's runs are not told apart here.
  const runs = createMemo(() => props.runs.filter((run) => run.members === undefined));
  const keys = createMediaKeys(runs, () => props.changes);
  // What differs from the commit is of each run alone.
  const matches = createMemo(() => {
    const searched = keyMatcher(props.search);
    return (key: string): boolean => !key.startsWith('code/') && searched(key);
  });
  return (
    <Show when={keys.panels().some((panel) => matches()(panel.key)) || keys.state() === 'error'}>
      <div class="workspace-media">
        <StepNote />
        <MediaPanels keys={keys} matches={matches()} />
      </div>
    </Show>
  );
}
