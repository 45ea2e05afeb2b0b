// A chart's text form: one row for each line.
import { For } from 'solid-js';
import type { ChartLine } from '../../charts/line_chart';
import { factsOf } from '../../charts/describe';
import { formatCount } from '../../lib/format';
import { formatWithUnit, unitOf } from '../../lib/units';
import { formatX } from './tooltip';
import type { XMode } from '../../api/types';

export function PanelTable(props: { title: string; lines: readonly ChartLine[]; x: XMode }) {
  return (
    <div class="panel-table" tabindex="0" role="region" aria-label={`${props.title} as a table`}>
      <table>
        <thead>
          <tr><th scope="col">Run</th><th scope="col">Last</th><th scope="col">Min</th><th scope="col">Max</th><th scope="col">Points</th></tr>
        </thead>
        <tbody>
          <For each={props.lines}>
            {(line) => {
              const facts = () => factsOf(line.data);
              return (
                <tr>
                  <th scope="row">
                    <span class="tip-mark" style={{ 'background-color': line.color }} /> <span class="ellipsis">{line.label}</span>
                  </th>
                  <td>{formatWithUnit(facts().last, unitOf(props.title))}</td>
                  <td title={`at ${formatX(props.x, facts().minAt)}`}>{formatWithUnit(facts().min, unitOf(props.title))}</td>
                  <td title={`at ${formatX(props.x, facts().maxAt)}`}>{formatWithUnit(facts().max, unitOf(props.title))}</td>
                  <td title={facts().nonfinite > 0 ? `${facts().nonfinite} of them not finite` : undefined}>
                    {formatCount(facts().points)}{facts().nonfinite > 0 ? '*' : ''}
                  </td>
                </tr>
              );
            }}
          </For>
        </tbody>
      </table>
    </div>
  );
}
