// What a run is: name, state, times, tags and notes, which whoever may can change in place.
import { For, Show, type JSX } from 'solid-js';
import type { Run } from '../../api/types';
import { CopyButton } from '../../components/copy';
import { EditButton, RunEditorHost, ViewOnly } from '../../components/run_editing';
import { MarkdownText } from '../../components/markdown/markdown_text';
import { StateBadge } from '../../components/state_badge';
import { formatAgo, formatDateTime, formatDuration } from '../../lib/format';
import { createClock } from '../../state/clock';
import { kViewerReason, type ProjectRole } from '../../state/role';
import { durationOf } from '../project/run_cell';

function Fact(props: { name: string; children: JSX.Element }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

export function RunHeader(props: { run: Run; role: ProjectRole }) {
  const now = createClock();
  const mayWrite = () => props.role.mayWrite();
  return (
    <header class="run-header">
      <div class="run-title">
        <h1 class="ellipsis" title={props.run.name}>{props.run.name}</h1>
        <Show when={mayWrite()}><EditButton run={props.run} field="name" over=".run-title" /></Show>
        <StateBadge state={props.run.state} />
        <Show when={props.run.endReason !== ''}>
          <span class={`run-reason ellipsis state-${props.run.state}`} title={props.run.endReason}>{props.run.endReason}</span>
        </Show>
        <Show when={props.role.isViewer()}><ViewOnly reason={kViewerReason} /></Show>
      </div>
      <dl class="run-facts">
        <Fact name="Duration">{formatDuration(durationOf(props.run, now()))}</Fact>
        <Fact name="Started"><span title={formatDateTime(props.run.createdUs)}>{formatAgo(props.run.createdUs, now())}</span></Fact>
        <Show when={props.run.group !== ''}>
          <Fact name="Group"><span class="run-editable">{props.run.group}<Show when={mayWrite()}><EditButton run={props.run} field="group" over=".run-editable" /></Show></span></Fact>
        </Show>
        <Show when={props.run.jobType !== ''}><Fact name="Job">{props.run.jobType}</Fact></Show>
        <Show when={props.run.tags.length > 0 || mayWrite()}>
          <Fact name="Tags">
            <span class="tag-list run-editable">
              <For each={props.run.tags}>{(tag) => <span class="tag">{tag}</span>}</For>
              <Show when={mayWrite()}><EditButton run={props.run} field="tags" over=".run-editable" text={props.run.tags.length === 0 ? 'Add' : undefined} /></Show>
            </span>
          </Fact>
        </Show>
        <Fact name="Id"><span class="run-id"><code>{props.run.id.slice(0, 8)}</code><CopyButton text={props.run.id} label="Copy the run’s id" /></span></Fact>
      </dl>
      <Show when={props.run.notes !== '' || mayWrite()}>
        <div class="run-notes run-editable">
          <Show when={props.run.notes !== ''}><div class="run-notes-text" tabindex="0" role="group" aria-label="Notes"><MarkdownText text={props.run.notes} top={2} /></div></Show>
          <Show when={mayWrite()}><EditButton run={props.run} field="notes" over=".run-notes" text={props.run.notes === '' ? 'Add notes' : undefined} /></Show>
        </div>
      </Show>
      <RunEditorHost />
    </header>
  );
}
