// What was set, what came out, and where it ran.
import { Show } from 'solid-js';
import type { Run } from '../../api/types';
import { JsonTree } from '../../components/json_tree';
import { formatDateTime, formatDuration } from '../../lib/format';
import { RunAlerts } from './run_alerts';
import './overview_tab.css';

export function OverviewTab(props: { run: Run }) {
  const isEnded = () => props.run.endedUs !== null;
  return (
    <div class="overview">
      <div class="overview-column">
        <section class="card overview-end" aria-label="Course">
          <h2>Course</h2>
          <dl>
            <div><dt>Started</dt><dd>{formatDateTime(props.run.createdUs)}</dd></div>
            <div><dt>Ended</dt><dd>{isEnded() ? formatDateTime(props.run.endedUs!) : 'still running'}</dd></div>
            <Show when={isEnded()}>
              <div><dt>Duration</dt><dd>{formatDuration(props.run.durationS)}</dd></div>
              <div>
                <dt>End</dt>
                <dd class={`state-${props.run.state}`}>{props.run.state}{props.run.endReason === '' ? '' : `: ${props.run.endReason}`}</dd>
              </div>
            </Show>
            <div><dt>Run id</dt><dd><code>{props.run.id}</code></dd></div>
          </dl>
        </section>
        <RunAlerts run={props.run} />
        <JsonTree title="Summary" value={props.run.summary} empty="Nothing was summarised yet." />
      </div>
      <div class="overview-column">
        <JsonTree title="Config" value={props.run.config} empty="No hyperparameters were set." />
        <JsonTree title="Environment" value={props.run.environment} empty="The writer told nothing about its machine." />
      </div>
    </div>
  );
}
