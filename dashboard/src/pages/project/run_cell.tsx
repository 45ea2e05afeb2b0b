// One cell of the runs table.
import { For, Match, Show, Switch, type Accessor } from 'solid-js';
import type { Run } from '../../api/types';
import { Swatch } from '../../components/panels/swatch';
import { StateBadge } from '../../components/state_badge';
import { cellValue, type ColumnId } from '../../lib/columns';
import { asNumber } from '../../lib/flatten';
import { formatAgo, formatDateTime, formatDuration, formatJson, formatNumber } from '../../lib/format';
import type { RunColor } from '../../lib/palette';
import { runPath } from '../../lib/route';

// A live run's duration goes on; a finished one's is what the server says.
export function durationOf(run: Run, nowUs: number): number {
  return run.state === 'running' ? Math.max(run.durationS, (nowUs - run.createdUs) / 1e6) : run.durationS;
}

export function RunCell(props: { run: Run; column: ColumnId; color: RunColor; nowUs: Accessor<number> }) {
  return (
    <Switch fallback={<ValueCell run={props.run} column={props.column} />}>
      <Match when={props.column === 'name'}>
        <Swatch color={props.color} />
        <a class="run-link ellipsis" href={runPath(props.run.id)} title={props.run.name}>{props.run.name}</a>
      </Match>
      <Match when={props.column === 'state'}><StateBadge state={props.run.state} reason={props.run.endReason} /></Match>
      <Match when={props.column === 'created'}>
        <span class="muted" title={formatDateTime(props.run.createdUs)}>{formatAgo(props.run.createdUs, props.nowUs())}</span>
      </Match>
      <Match when={props.column === 'duration'}>{formatDuration(durationOf(props.run, props.nowUs()))}</Match>
      <Match when={props.column === 'tags'}>
        <span class="tag-list" title={props.run.tags.join(', ')}>
          <For each={props.run.tags}>{(tag) => <span class="tag">{tag}</span>}</For>
        </span>
      </Match>
    </Switch>
  );
}

function ValueCell(props: { run: Run; column: ColumnId }) {
  const value = () => cellValue(props.run, props.column);
  const number = () => asNumber(value());
  return (
    <Show when={value() !== undefined && value() !== ''} fallback={<span class="faint">–</span>}>
      <span class="ellipsis" title={number() === null ? formatJson(value()) : String(number())}>
        {number() === null ? formatJson(value()) : formatNumber(number()!)}
      </span>
    </Show>
  );
}
