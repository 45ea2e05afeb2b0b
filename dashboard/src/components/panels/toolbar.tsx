// One set of tools for all charts of the page: axis, smoothing, groups, the way back from a zoom.
import { For, Show, type JSX } from 'solid-js';
import type { SmoothingKind } from '../../api/types';
import type { GroupBand } from '../../charts/line_data';
import { kDefaultConstant, type ScaleKind } from '../../charts/scale';
import { kSliders, kSmoothingKinds } from '../../charts/smoothing';
import { scaleColor } from '../../lib/color_scale';
import { columnLabel } from '../../lib/columns';
import { formatNumber } from '../../lib/format';
import { parseAxis, type ChartView } from '../../state/chart_view';
import { theme } from '../../state/theme';
import { CopyLink } from '../copy';
import { Icon } from '../icons';
import { Popover } from '../popover';
import { ExpressionTool } from './expression_tool';
import type { ColorTool, PanelContext } from './model';
import './toolbar.css';

const kAutoTitle = 'Each key over its own: the step_metric that define_metric gave it, else the step';

function AxisSelect(props: { context: PanelContext; axis: 'main' | 'system' }) {
  const view = () => props.context.view;
  const shown = (): string => (props.axis === 'main' ? view().x() : view().x() === 'time' ? 'time' : null) ?? '';
  const metrics = () => (props.axis === 'main' ? props.context.metricAxes() : []);
  return (
    <label class="tool" title={view().x() === null ? kAutoTitle : 'The x axis of all charts'}>
      <span class="muted">x</span>
      <select class="select" aria-label="x axis" value={shown()} onChange={(event) => view().setX(parseAxis(event.currentTarget.value))}>
        <option value="">{props.axis === 'main' ? 'Step' : 'Relative time'}</option>
        <Show when={props.axis === 'main'}>
          <Show when={view().x() === 'step' || metrics().some((key) => props.context.stepMetric(key) !== null)}><option value="step">Step, for every key</option></Show>
          <option value="relative">Relative time</option>
        </Show>
        <option value="time">Wall clock</option>
        <Show when={metrics().length > 0}>
          <optgroup label="Metric">
            <For each={metrics()}>{(key) => <option value={`metric:${key}`}>{key}</option>}</For>
          </optgroup>
        </Show>
      </select>
    </label>
  );
}

function SmoothingTool(props: { view: ChartView }) {
  const kind = (): SmoothingKind => props.view.smoothing()?.kind ?? 'ema';
  const scale = () => kSliders[kind()];
  const parameter = () => props.view.smoothing()?.parameter ?? 0;
  const title = () => kSmoothingKinds.find((one) => one.kind === kind())!.title;
  const choose = (next: SmoothingKind): void => {
    const slider = kSliders[next];
    props.view.setSmoothing({ kind: next, parameter: slider.toParameter(slider.start) });
  };
  const move = (at: number): void => {
    const next = scale().toParameter(at);
    props.view.setSmoothing(next > (kind() === 'mean' ? 1 : 0) ? { kind: kind(), parameter: next } : null);
  };
  return (
    <div class="smoothing" title={`${title()}. Over the whole history, so zooming does not change the curve; the data stays behind it, faint`}>
      <select class="select" aria-label="Kind of smoothing" value={kind()} onChange={(event) => choose(event.currentTarget.value as SmoothingKind)}>
        <For each={kSmoothingKinds}>{(one) => <option value={one.kind}>{one.label}</option>}</For>
      </select>
      <input type="range" aria-label="Smoothing" min={scale().min} max={scale().max} step={scale().step}
        value={scale().toSlider(parameter())} onInput={(event) => move(Number(event.currentTarget.value))} />
      <output>{props.view.smoothing() ? formatNumber(parameter(), 3) : 'off'}</output>
    </div>
  );
}

const kBands: readonly { band: GroupBand; label: string }[] = [
  { band: 'std', label: 'Mean ± std' }, { band: 'ci', label: 'Mean, 95 % interval' }, { band: 'range', label: 'Mean, min–max' }, { band: 'median', label: 'Median, min–max' },
];

function GroupTool(props: { context: PanelContext }) {
  const view = () => props.context.view;
  const chosen = () => view().groupBy().join('\n');
  const isListed = () => props.context.groupChoices().some((choice) => choice.fields.join('\n') === chosen());
  return (
    <Show when={props.context.groupChoices().length > 0}>
      <label class="tool" title="Runs with equal values become one line: all of them counted, never a sample">
        <span class="muted">Group</span>
        <select class="select" aria-label="Group runs by" value={chosen()}
          onChange={(event) => view().setGroupBy(event.currentTarget.value.split('\n').filter((field) => field !== ''))}>
          <option value="">off</option>
          <Show when={chosen() !== '' && !isListed()}><option value={chosen()}>{view().groupBy().join(', ')}</option></Show>
          <For each={props.context.groupChoices()}>{(choice) => <option value={choice.fields.join('\n')}>{choice.label}</option>}</For>
        </select>
      </label>
      <Show when={chosen() !== ''}>
        <select class="select" aria-label="Line and band of a group" value={view().band()}
          onChange={(event) => view().setBand(event.currentTarget.value as GroupBand)}>
          <For each={kBands}>{(one) => <option value={one.band}>{one.label}</option>}</For>
        </select>
      </Show>
    </Show>
  );
}

function ColorChoice(props: { colors: ColorTool }) {
  const by = () => props.colors.by() ?? '';
  const isListed = () => props.colors.choices().some((choice) => choice.fields[0] === by());
  return (
    <label class="display-legend">
      <span class="muted">Colour of runs</span>
      <select class="select" value={by()} onChange={(event) => props.colors.colorBy(event.currentTarget.value)}>
        <option value="">One each</option>
        <Show when={by() !== '' && !isListed()}><option value={by()}>{columnLabel(by())}</option></Show>
        <For each={props.colors.choices()}>{(choice) => <option value={choice.fields[0]}>by {choice.label}</option>}</For>
      </select>
    </label>
  );
}

// The range of the numbers that colour the runs.
function ScaleLegend(props: { colors: ColorTool }) {
  const stops = () => Array.from({ length: 9 }, (_, i) => scaleColor(i / 8, theme()));
  return (
    <Show when={props.colors.scale()}>
      {(scale) => (
        <span class="scale-legend faint" title={scale().isLog ? 'On a logarithm' : undefined}>
          {columnLabel(props.colors.by() ?? '')} {formatNumber(scale().min)}
          <svg viewBox="0 0 54 8" width="54" height="8" role="img" aria-label="to">
            <For each={stops()}>{(color, i) => <rect x={i() * 6} width="6.2" height="8" fill={color} />}</For>
          </svg>
          {formatNumber(scale().max)}
        </span>
      )}
    </Show>
  );
}

const kScales: readonly { kind: ScaleKind; label: string }[] = [
  { kind: 'linear', label: 'Linear' }, { kind: 'log', label: 'Logarithmic' }, { kind: 'symlog', label: 'Symlog: with zero and negative values' },
];

function DisplayTool(props: { context: PanelContext }) {
  const view = () => props.context.view;
  const isChanged = () => view().xScale().kind !== 'linear' || view().symlogConstant() !== kDefaultConstant || view().outliers() === 'clip' || view().legend() !== '' || (props.context.colors?.by() ?? '') !== '';
  return (
    <Popover label="Chart display" icon="sliders" isMarked={isChanged()}>
      {() => (
        <>
          <label class="display-legend">
            <span class="muted">Scale of the x axis</span>
            <select class="select" value={view().xScale().kind} onChange={(event) => view().setXScale(event.currentTarget.value as ScaleKind)}>
              <For each={kScales}>{({ kind, label }) => <option value={kind}>{label}</option>}</For>
            </select>
          </label>
          <label class="display-legend" title="Symlog is linear up to about this value, a logarithm beyond it: sign(v) · ln(1 + |v / C|)">
            <span class="muted">Constant of symlog axes</span>
            <input class="input" type="text" inputmode="decimal" value={view().symlogConstant()} spellcheck={false}
              onChange={(event) => {
                view().setSymlogConstant(event.currentTarget.value);
                event.currentTarget.value = String(view().symlogConstant());
              }} />
          </label>
          <label class="menu-item">
            <input type="checkbox" checked={view().outliers() === 'clip'} onChange={(event) => view().setOutliers(event.currentTarget.checked ? 'clip' : 'show')} />
            Clip outliers, with arrows at the edge
          </label>
          <Show when={props.context.colors}>{(colors) => <ColorChoice colors={colors()} />}</Show>
          <label class="display-legend">
            <span class="muted">Names of lines</span>
            <input class="input" type="text" value={view().legend()} placeholder={'${name} · lr ${config.learning_rate}'} spellcheck={false}
              onInput={(event) => view().setLegend(event.currentTarget.value)} />
          </label>
        </>
      )}
    </Popover>
  );
}

// `axis`: which one the charts beside it have; system samples have no step to choose.
export function AxisTools(props: { context: PanelContext; axis: 'main' | 'system'; children?: JSX.Element }) {
  const view = () => props.context.view;
  return (
    <div class="axis-tools">
      <Show when={view().isZoomed()}>
        <button type="button" class="button" data-tool="reset-zoom" title="Show everything (double click on a chart)" onClick={() => view().resetZoom()}>
          <Icon name="reset" />Reset zoom
        </button>
      </Show>
      <GroupTool context={props.context} />
      <SmoothingTool view={view()} />
      <AxisSelect context={props.context} axis={props.axis} />
      <div class="tool">
        <DisplayTool context={props.context} />
        {props.children}
      </div>
    </div>
  );
}

// `children`: tools of the page, before those of its charts.
export function ChartToolbar(props: { context: PanelContext; axis: 'main' | 'system'; drawn: string; children?: JSX.Element }) {
  const view = () => props.context.view;
  return (
    <div class="chart-toolbar" role="toolbar" aria-label="Charts">
      <div class="search">
        <Icon name="search" />
        <input class="input" type="search" placeholder="Search panels" aria-label="Search panels by name or regular expression"
          value={view().keyFilter()} onInput={(event) => view().setKeyFilter(event.currentTarget.value)} />
      </div>
      <span class="drawn faint" role="status">{props.drawn}</span>
      <Show when={props.context.colors}>{(colors) => <ScaleLegend colors={colors()} />}</Show>
      {props.children}
      <AxisTools context={props.context} axis={props.axis}>
        <Show when={props.axis === 'main'}><ExpressionTool context={props.context} /></Show>
        <CopyLink />
      </AxisTools>
    </div>
  );
}
