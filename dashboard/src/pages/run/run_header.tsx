import { For, Show, type JSX } from 'solid-js';
import type { Run } from '../../api/types';
import { CopyButton } from '../../components/copy';
import { StateBadge } from '../../components/state_badge';
import { formatAgo, formatDateTime, formatDuration } from '../../lib/format';
import { createClock } from '../../state/clock';
import { durationOf } from '../project/run_cell';

function Fact(props: { name: string; children: JSX.Element }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}

export function RunHeader(props: { run: Run }) {
  const now = createClock();
  return (
    <header class="run-header">
      <div class="run-title">
        <h1 class="ellipsis" title={props.run.name}>{props.run.name}</h1>
        <StateBadge state={props.run.state} />
        <Show when={props.run.endReason !== ''}>
          <span class={`run-reason ellipsis state-${props.run.state}`} title={props.run.endReason}>{props.run.endReason}</span>
        </Show>
      </div>
      <dl class="run-facts">
        <Fact name="Duration">{formatDuration(durationOf(props.run, now()))}</Fact>
        <Fact name="Started"><span title={formatDateTime(props.run.createdUs)}>{formatAgo(props.run.createdUs, now())}</span></Fact>
        <Show when={props.run.group !== ''}><Fact name="Group">{props.run.group}</Fact></Show>
        <Show when={props.run.jobType !== ''}><Fact name="Job">{props.run.jobType}</Fact></Show>
        <Show when={props.run.tags.length > 0}>
          <Fact name="Tags"><span class="tag-list"><For each={props.run.tags}>{(tag) => <span class="tag">{tag}</span>}</For></span></Fact>
        </Show>
        <Fact name="Id"><span class="run-id"><code>{props.run.id.slice(0, 8)}</code><CopyButton text={props.run.id} label="Copy the run’s id" /></span></Fact>
      </dl>
      <Show when={props.run.notes !== ''}><p class="run-notes">{props.run.notes}</p></Show>
    </header>
  );
}
