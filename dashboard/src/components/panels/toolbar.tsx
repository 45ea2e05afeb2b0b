// One set of tools for all charts of the page: axis, smoothing, the way back from a zoom.
import { For, Show } from 'solid-js';
import type { XMode } from '../../api/types';
import type { ChartView } from '../../state/chart_view';
import { Icon } from '../icons';
import './toolbar.css';

const kAxes: readonly { x: XMode; label: string; title: string }[] = [
  { x: 'step', label: 'Step', title: 'x: step' },
  { x: 'relative', label: 'Relative', title: 'x: time since the run began' },
  { x: 'time', label: 'Time', title: 'x: wall clock' },
];

// `axis`: which one the charts beside it have; system samples have no step to choose.
export function AxisTools(props: { view: ChartView; axis: 'main' | 'system' }) {
  const axes = () => (props.axis === 'main' ? kAxes : kAxes.filter((axis) => axis.x !== 'step'));
  const isZoomed = () => props.view.main.range() !== null || props.view.system.range() !== null;
  const reset = (): void => {
    props.view.main.zoom(null);
    props.view.system.zoom(null);
  };
  return (
    <div class="axis-tools">
      <Show when={isZoomed()}>
        <button type="button" class="button" data-tool="reset-zoom" title="Show everything (double click on a chart)" onClick={reset}>
          <Icon name="reset" />Reset zoom
        </button>
      </Show>
      <label class="smoothing" title="Exponential moving average; the data stays behind it, faint">
        <span class="muted">Smoothing</span>
        <input type="range" min="0" max="0.99" step="0.01" value={props.view.smoothing()}
          onInput={(event) => props.view.setSmoothing(Number(event.currentTarget.value))} />
        <output>{props.view.smoothing() > 0 ? props.view.smoothing().toFixed(2) : 'off'}</output>
      </label>
      <div class="segments" role="group" aria-label="x axis">
        <For each={axes()}>
          {(axis) => (
            <button type="button" title={axis.title} aria-pressed={props.view[props.axis].x() === axis.x}
              onClick={() => props.view.setX(axis.x)}>{axis.label}</button>
          )}
        </For>
      </div>
    </div>
  );
}

export function ChartToolbar(props: { view: ChartView; axis: 'main' | 'system'; drawn: string }) {
  return (
    <div class="chart-toolbar" role="toolbar" aria-label="Charts">
      <div class="search">
        <Icon name="search" />
        <input class="input" type="search" placeholder="Search panels" aria-label="Search panels by name or regular expression"
          value={props.view.keyFilter()} onInput={(event) => props.view.setKeyFilter(event.currentTarget.value)} />
      </div>
      <span class="drawn faint" role="status">{props.drawn}</span>
      <AxisTools view={props.view} axis={props.axis} />
    </div>
  );
}
