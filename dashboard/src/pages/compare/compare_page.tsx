// Runs side by side, and what their numbers say together: differences, scatter, parallel coordinates, importance.
// Chosen runs are in the address; without any, the table takes the newest few of the filter and the plots take all.
import { createMemo, For, Match, Show, Switch, type JSX } from 'solid-js';
import type { Run } from '../../api/types';
import { EmptyState } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { formatCount, plural } from '../../lib/format';
import { namesOf, runsNamed } from '../../lib/compare';
import { nameOf } from '../../lib/legend';
import { query, setQuery } from '../../state/location';
import type { RunQuery } from '../../state/run_query';
import type { RunSet } from '../../state/run_set';
import { RunFilter } from '../project/run_filter';
import { DiffTable } from './diff_table';
import { ImportanceView } from './importance_view';
import { ParallelView } from './parallel_view';
import { ScatterView } from './scatter_view';
import './compare_page.css';

const kViews = [
  { view: 'table', label: 'Differences' }, { view: 'scatter', label: 'Scatter' },
  { view: 'parallel', label: 'Parallel coordinates' }, { view: 'importance', label: 'Parameter importance' },
] as const;
type View = (typeof kViews)[number]['view'];

const kFirstRuns = 5;
const kMostColumns = 30;
const kMostOffered = 300;

export function ComparePage(props: { set: RunSet; asked: RunQuery; all: readonly Run[]; tools: JSX.Element }) {
  const view = (): View => kViews.find((one) => one.view === query('view'))?.view ?? 'table';
  const named = createMemo(() => runsNamed(query('runs'), props.all));
  const columns = createMemo(() => (named().length > 0 ? named() : props.set.listed().slice(0, kFirstRuns)).slice(0, kMostColumns));
  // The plots need many: those chosen if there are some, else all that the filter takes.
  const plotted = createMemo(() => (named().length > 1 ? named() : props.set.listed()));
  const choose = (runs: readonly Run[]): void => setQuery({ runs: namesOf(runs, props.all) }, 'push');
  const offered = createMemo(() => props.set.listed().filter((run) => !columns().includes(run)).slice(0, kMostOffered));
  const told = (): string => {
    if (view() !== 'table') return plural(plotted().length, 'run');
    const isAll = named().length > 0 || columns().length === props.set.listed().length;
    return isAll ? plural(columns().length, 'run') : `the first ${formatCount(columns().length)} of ${plural(props.set.listed().length, 'run')}`;
  };
  return (
    <div class="compare">
      <div class="compare-head">
        <h1>Compare <span class="faint" role="status">{told()}</span></h1>
        <Show when={view() === 'table'}>
          <select class="select" aria-label="Add a run" value="" onChange={(event) => {
            const added = props.all.find((run) => run.id === event.currentTarget.value);
            event.currentTarget.value = '';
            if (added) choose([...columns(), added]);
          }}>
            <option value="">Add a run…</option>
            <For each={offered()}>{(run) => <option value={run.id}>{nameOf(run)}</option>}</For>
          </select>
        </Show>
        <RunFilter set={props.set} />
        {props.tools}
        <Show when={props.asked.text().trim() !== ''}>
          <span class="compare-query" title="The run query">
            <code class="ellipsis">{props.asked.text()}</code>
            <button type="button" class="icon-button" aria-label="Clear the run query" onClick={() => props.asked.setText('')}><Icon name="close" /></button>
          </span>
        </Show>
        <Show when={named().length > 0}>
          <button type="button" class="button" onClick={() => setQuery({ runs: null }, 'push')}>All runs</button>
        </Show>
      </div>
      <div class="tabs compare-tabs" role="group" aria-label="What to compare by">
        <For each={kViews}>
          {(one) => (
            <button type="button" aria-pressed={view() === one.view}
              onClick={() => setQuery({ view: one.view === 'table' ? null : one.view }, 'push')}>{one.label}</button>
          )}
        </For>
      </div>
      <div class="compare-body">
        <Show when={plotted().length > 0} fallback={<EmptyState icon="search" title="No run matches">The filter takes none of the runs.</EmptyState>}>
          <Switch>
            <Match when={view() === 'table'}><DiffTable runs={columns()} onRemove={(run) => choose(columns().filter((one) => one !== run))} /></Match>
            <Match when={view() === 'scatter'}><ScatterView runs={plotted()} colorOf={props.set.colorOf} /></Match>
            <Match when={view() === 'parallel'}><ParallelView runs={plotted()} /></Match>
            <Match when={view() === 'importance'}><ImportanceView runs={plotted()} /></Match>
          </Switch>
        </Show>
      </div>
    </div>
  );
}
