// The blocks of a report, to read or to write. Those of charts share what is known of the project's runs.
import { createMemo, For, Show } from 'solid-js';
import { TooltipLayer } from '../../components/panels/tooltip';
import { createRunKeys, kNewestRuns } from '../../state/project_keys';
import { createProjectRuns } from '../../state/project_runs';
import { takeFocus } from './block_focus';
import { AddBlock, BlockFrame } from './block_frame';
import type { BlockDraft, Draft, PanelsDraft } from './draft';
import { PanelsBlock } from './panels_block';
import { TextBlock } from './text_block';

export interface ProjectData {
  project: string;
  loaded: ReturnType<typeof createProjectRuns>;
  keys: ReturnType<typeof createRunKeys>;
}

function createProjectData(project: string): ProjectData {
  const loaded = createProjectRuns(() => project);
  const newest = createMemo(() => loaded.runs().slice(0, kNewestRuns).map((run) => run.id), undefined, { equals: (a, b) => a.join() === b.join() });
  return { project, loaded, keys: createRunKeys(newest, () => project, loaded.caughtUp) };
}

// `writing`: with the tools of a writer.
export function ReportBlocks(props: { project: string; draft: Draft; writing?: boolean }) {
  const hasCharts = createMemo(() => props.draft.blocks().some((block) => block.kind === 'panels'));
  const data = createMemo(() => (hasCharts() ? createProjectData(props.project) : null));
  return (
    <div class="report-blocks" classList={{ writing: props.writing === true }}>
      <For each={props.draft.blocks()}>
        {(block, index) => (
          <Show when={props.writing} fallback={<section class="report-block"><OneBlock block={block} data={data()} /></section>}>
            <BlockFrame draft={props.draft} block={block} index={index()}><OneBlock block={block} data={data()} writing /></BlockFrame>
            <AddBlock draft={props.draft} at={index() + 1} />
          </Show>
        )}
      </For>
      <Show when={hasCharts()}><TooltipLayer /></Show>
    </div>
  );
}

function OneBlock(props: { block: BlockDraft; data: ProjectData | null; writing?: boolean }) {
  const { block } = props;
  if (block.kind === 'markdown') return <TextBlock block={block} writing={props.writing === true} />;
  if (block.kind === 'panels') return <ChartsOf block={block} data={props.data} writing={props.writing === true} />;
  return (
    <div class="report-unknown" role="note">
      <strong>This block cannot be shown.</strong> <span>{block.block.reason} It is kept as it is.</span>
    </div>
  );
}

function ChartsOf(props: { block: PanelsDraft; data: ProjectData | null; writing: boolean }) {
  return (
    <Show when={props.data} keyed>{(data) => <PanelsBlock block={props.block} data={data} writing={props.writing} onField={(field) => takeFocus(props.block.id, field)} />}</Show>
  );
}
