// What an evaluation left in the run's summary: confusion matrix, quality of each class, rows of the highest loss.
import { createMemo, createSignal, For, Show } from 'solid-js';
import { DataTable } from '../../components/data_table';
import type { Confusion, EvaluationView } from '../../lib/evaluation';
import { totalsOf } from '../../lib/evaluation';
import { formatCount, formatNumber, plural } from '../../lib/format';
import './evaluation.css';

export function EvaluationPanels(props: { evaluation: EvaluationView }) {
  const name = (what: string): string => `${props.evaluation.prefix}/${what}`;
  return (
    <section class="media-section" aria-label={`Evaluation ${props.evaluation.prefix}`}>
      <h2 class="media-heading">{props.evaluation.prefix}<span class="faint">newest evaluation</span></h2>
      <div class="media-panels">
        <Show when={props.evaluation.confusion}>{(one) => <ConfusionPanel name={name('confusion_matrix')} confusion={one()} />}</Show>
        <Show when={props.evaluation.perClass}>
          {(table) => (
            <article class="card media-panel wide" aria-label={name('per_class')} data-evaluation="per_class">
              <div class="card-head"><h3>Quality of each class</h3></div>
              <DataTable label={name('per_class')} table={table()} />
            </article>
          )}
        </Show>
        <Show when={props.evaluation.worst}>
          {(table) => (
            <article class="card media-panel full" aria-label={name('worst_errors')} data-evaluation="worst_errors">
              <div class="card-head"><h3>Rows of the highest loss</h3><span class="faint">{plural(table().rows.length, 'row')}</span></div>
              <DataTable label={name('worst_errors')} table={table()} />
            </article>
          )}
        </Show>
      </div>
    </section>
  );
}

function ConfusionPanel(props: { name: string; confusion: Confusion }) {
  const [shown, setShown] = createSignal<'counts' | 'shares'>('counts');
  const totals = createMemo(() => totalsOf(props.confusion));
  const share = (label: number, prediction: number): number => {
    const all = totals().ofLabel[label]!;
    return all === 0 ? 0 : props.confusion.counts[label]![prediction]! / all;
  };
  const told = (label: number, prediction: number): string => {
    const count = props.confusion.counts[label]![prediction]!;
    if (shown() === 'counts') return formatCount(count);
    return totals().ofLabel[label] === 0 ? '–' : `${formatNumber(100 * share(label, prediction), 3)} %`;
  };
  const accuracy = () => (totals().total === 0 ? '' : ` · ${formatNumber((100 * totals().right) / totals().total, 4)} % right`);
  return (
    <article class="card media-panel wide" aria-label={props.name} data-evaluation="confusion_matrix">
      <div class="card-head">
        <h3>Confusion matrix</h3>
        <span class="faint">{plural(totals().total, 'row')}{accuracy()}</span>
        <span class="json-space" />
        <div class="segments" role="group" aria-label="Cells of the confusion matrix">
          <For each={[['counts', 'Counts'], ['shares', '% of label']] as const}>
            {([value, label]) => <button type="button" aria-pressed={shown() === value} onClick={() => setShown(value)}>{label}</button>}
          </For>
        </div>
      </div>
      <div class="confusion-scroll" tabindex="0" role="group" aria-label={`Confusion matrix ${props.name}`}>
        <table class="confusion">
          <caption class="visually-hidden">A row for each label, a column for each prediction.</caption>
          <thead>
            <tr><td class="confusion-corner faint">label ↓ predicted →</td><For each={props.confusion.classes}>{(one) => <th scope="col" title={one}><span class="ellipsis">{one}</span></th>}</For><th scope="col">All</th></tr>
          </thead>
          <tbody>
            <For each={props.confusion.classes}>
              {(label, row) => (
                <tr>
                  <th scope="row" title={label}><span class="ellipsis">{label}</span></th>
                  <For each={props.confusion.classes}>
                    {(prediction, column) => (
                      <td classList={{ right: row() === column() }} style={{ '--shade': `${100 * Math.sqrt(share(row(), column()))}%` }} title={`${label} predicted as ${prediction}: ${props.confusion.counts[row()]![column()]!}`}>
                        {told(row(), column())}
                      </td>
                    )}
                  </For>
                  <td class="confusion-sum">{formatCount(totals().ofLabel[row()]!)}</td>
                </tr>
              )}
            </For>
            <tr><th scope="row">All</th><For each={totals().ofPrediction}>{(count) => <td class="confusion-sum">{formatCount(count)}</td>}</For><td class="confusion-sum">{formatCount(totals().total)}</td></tr>
          </tbody>
        </table>
      </div>
    </article>
  );
}
