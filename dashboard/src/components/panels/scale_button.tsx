// The y scale of a panel: each press takes the next of linear, logarithmic and symlog.
import { nextKind, type ScaleKind } from '../../charts/scale';
import type { ChartView } from '../../state/chart_view';

const kWords: Readonly<Record<ScaleKind, string>> = { linear: 'linear', log: 'logarithmic', symlog: 'symlog' };

export function ScaleButton(props: { view: ChartView; keyName: string; name: string }) {
  const kind = () => props.view.yScale(props.keyName).kind;
  const next = () => nextKind(kind());
  const text = () => (kind() === 'symlog' ? 'symlog' : 'log');
  return (
    <button type="button" class="icon-button text" aria-pressed={kind() !== 'linear'} data-scale={kind()}
      title={`Y axis: ${kWords[kind()]}. Press for ${kWords[next()]}`} aria-label={`${text()}: y axis of ${props.name} is ${kWords[kind()]}, press for ${kWords[next()]}`}
      onClick={() => props.view.setYScale(props.keyName, next())}>{text()}</button>
  );
}
