// A panel as a file. What writes the files is loaded when first asked for.
import { Show } from 'solid-js';
import type { ChartLine } from '../../charts/line_chart';
import { clippedExtent, emptyExtent, padded, positiveX, xExtent, yExtent, type Range } from '../../charts/range';
import { kLinear } from '../../charts/scale';
import type { FigureInput } from '../../charts/export/figure';
import { download, downloadText, fileName } from '../../lib/download';
import { unitOf } from '../../lib/units';
import { messageOf } from '../../api/http';
import { panelName } from '../../state/expression_store';
import { theme } from '../../state/theme';
import { toast } from '../../state/toasts';
import { Popover } from '../popover';
import { axisOf, xName, type PanelContext } from './model';

const kWidth = 900;
const kHeight = 460;

export interface Exported {
  context: PanelContext;
  keyName: string;
  section: string;
  // With exact values.
  lines: () => Promise<ChartLine[]>;
}

function figureInput(panel: Exported, lines: readonly ChartLine[]): FigureInput {
  const { view } = panel.context;
  const axis = axisOf(panel.context, panel.section, panel.keyName);
  const data = lines.map((line) => line.data);
  const yScale = view.yScale(panel.keyName);
  const xScale = axis.x === 'time' ? kLinear : view.xScale();
  const whole: Range = axis.range() ?? xExtent(data) ?? { min: 0, max: 1 };
  const some = whole.max > whole.min ? whole : { min: whole.min - 0.5, max: whole.max + 0.5 };
  const x = xScale.kind === 'log' ? positiveX(data, some) : some;
  const extent = view.outliers() === 'clip' ? clippedExtent(data, x, yScale).extent : yExtent(data, x, yScale);
  return {
    title: panelName(panel.keyName), xLabel: xName(axis.x), x: axis.x, xScale, yScale, unit: unitOf(panel.keyName), theme: theme(),
    lines,
    ranges: { x, y: padded(extent ?? emptyExtent(yScale), yScale) }, width: kWidth, height: kHeight,
  };
}

async function save(panel: Exported, form: 'png' | 'svg' | 'csv'): Promise<void> {
  try {
    const lines = await panel.lines();
    const { chartCsv, figurePng, figureSvg, makeFigure } = await import('../../chunks/on_demand');
    if (form === 'csv') {
      const x = xName(axisOf(panel.context, panel.section, panel.keyName).x);
      downloadText(fileName(panelName(panel.keyName), 'csv'), chartCsv(panelName(panel.keyName), x, lines), 'text/csv');
      return;
    }
    const figure = makeFigure(figureInput(panel, lines));
    if (form === 'svg') downloadText(fileName(panelName(panel.keyName), 'svg'), figureSvg(figure), 'image/svg+xml');
    else download(fileName(panelName(panel.keyName), 'png'), await figurePng(figure));
  } catch (failure) {
    toast({ text: `${panelName(panel.keyName)} was not written: ${messageOf(failure)}`, kind: 'error' });
  }
}

const kForms = [
  { form: 'png', label: 'PNG picture' }, { form: 'svg', label: 'SVG drawing' }, { form: 'csv', label: 'CSV of what is drawn' },
] as const;

export function ExportMenu(props: Exported) {
  return (
    <Popover label={`Export ${panelName(props.keyName)}`} icon="download">
      {(close) => (
        <>
          {kForms.map(({ form, label }) => (
            <button type="button" class="menu-item" onClick={() => { close(); void save(props, form); }}>{label}</button>
          ))}
          <Show when={props.context.addToReport?.()}>
            {(add) => <button type="button" class="menu-item" onClick={() => { close(); add()(props.keyName); }}>Add to a report…</button>}
          </Show>
        </>
      )}
    </Popover>
  );
}
