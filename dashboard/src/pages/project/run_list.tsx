// The runs beside the charts: legend, selector and way in. Pointing at a row brings its lines forward.
import { Show } from 'solid-js';
import type { Run } from '../../api/types';
import { Icon } from '../../components/icons';
import { StateDot } from '../../components/state_badge';
import { Swatch } from '../../components/panels/swatch';
import { VirtualRows } from '../../components/virtual_list';
import { formatAgo, formatCount } from '../../lib/format';
import { runPath } from '../../lib/route';
import { createClock } from '../../state/clock';
import type { ChartView } from '../../state/chart_view';
import type { RunSet } from '../../state/run_set';
import { ColorButton } from './color_button';
import type { DrawnLines } from './drawn_lines';
import { PinButton } from './pin_button';
import { RunFilter } from './run_filter';
import './run_list.css';

const kRowHeight = 32;
const kClockMs = 10_000;

export function RunList(props: {
  set: RunSet;
  lines: DrawnLines;
  total: number;
  view: ChartView;
  isShown: boolean;
  onShow: (shown: boolean) => void;
}) {
  let scroller!: HTMLDivElement;
  const now = createClock(kClockMs);
  const areAllHidden = () => props.set.visibleCount() === 0;
  return (
    <aside class="run-list" aria-label="Runs">
      <header>
        <button type="button" class="run-list-title" aria-expanded={props.isShown} onClick={() => props.onShow(!props.isShown)}
          title={props.isShown ? 'Fold the run list' : 'Show the run list'}>
          <Icon name="list" />
          <span class="run-list-label">Runs</span>
          <span class="run-list-count faint">
            {props.set.listed().length === props.total ? formatCount(props.total) : `${formatCount(props.set.listed().length)} of ${formatCount(props.total)}`}
          </span>
        </button>
        <Show when={props.isShown}>
          <button type="button" class="icon-button" aria-label={areAllHidden() ? 'Show all runs' : 'Hide all runs'}
            title={areAllHidden() ? 'Show all' : 'Hide all'}
            onClick={() => props.set.setAllHidden(areAllHidden() ? 'show' : 'hide')}>
            <Icon name={areAllHidden() ? 'eyeOff' : 'eye'} />
          </button>
        </Show>
      </header>
      <Show when={props.isShown}>
        <RunFilter set={props.set} />
        <div ref={scroller} class="run-list-rows" onMouseLeave={() => props.view.setFocusedRun(null)}>
          <Show when={props.set.listed().length === 0}>
            <p class="run-list-none muted">No run matches.{' '}
              <button type="button" class="button" onClick={() => props.set.setFilter('')}>Clear the filter</button>
            </p>
          </Show>
          <VirtualRows rows={props.set.listed()} keyOf={(run) => run.id} rowHeight={kRowHeight} scroller={() => scroller} role="list">
            {(run) => <RunRow run={run()} set={props.set} lines={props.lines} view={props.view} nowUs={now()} />}
          </VirtualRows>
        </div>
      </Show>
    </aside>
  );
}

function RunRow(props: { run: Run; set: RunSet; lines: DrawnLines; view: ChartView; nowUs: number }) {
  const isHidden = () => props.set.isHidden(props.run.id);
  return (
    <div class="run-row" role="listitem" data-run={props.run.id}
      classList={{ off: isHidden(), focused: props.view.focusedRun() !== null && props.view.focusedRun() === props.lines.lineOf(props.run.id) }}
      onMouseEnter={() => props.view.setFocusedRun(props.lines.lineOf(props.run.id))}>
      <button type="button" class="icon-button" aria-pressed={!isHidden()} aria-label={`Draw ${props.run.name}`}
        title="Click: draw or not. Double click: only this one"
        onClick={() => props.set.toggleHidden(props.run.id)} onDblClick={() => props.set.showOnly(props.run.id)}>
        <Icon name={isHidden() ? 'eyeOff' : 'eye'} />
      </button>
      <Show when={!props.lines.isGrouped()} fallback={<Swatch color={props.lines.colorOf(props.run.id)} />}>
        <ColorButton run={props.run} set={props.set} color={props.lines.colorOf(props.run.id)} />
      </Show>
      <a class="ellipsis" href={runPath(props.run.id)} title={props.run.name}
        onFocus={() => props.view.setFocusedRun(props.lines.lineOf(props.run.id))} onBlur={() => props.view.setFocusedRun(null)}>{props.run.name}</a>
      <PinButton run={props.run} set={props.set} />
      <span class="run-age faint">{formatAgo(props.run.createdUs, props.nowUs).replace(' ago', '')}</span>
      <StateDot state={props.run.state} reason={props.run.endReason} />
    </div>
  );
}
