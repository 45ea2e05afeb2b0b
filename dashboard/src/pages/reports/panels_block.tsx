// A block of charts: runs that a filter takes, or chosen ones, and a panel for each key, live. A reader may zoom and look
// around; only what a writer changes is kept.
import { createMemo, For, Show, untrack } from 'solid-js';
import { ChipEditor } from '../../components/chip_editor';
import { FailureState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { FullPanel } from '../../components/panels/full_panel';
import type { PanelContext } from '../../components/panels/model';
import { Panel } from '../../components/panels/panel';
import { AxisTools } from '../../components/panels/toolbar';
import { RunFilter } from '../project/run_filter';
import { RunQueryBox } from '../project/run_query_box';
import { kMostGrouped } from '../project/drawn_lines';
import { createProjectCharts } from '../project/project_charts';
import { chooseColumns } from '../../lib/columns';
import { plural } from '../../lib/format';
import { namesOf, runsNamed } from '../../lib/compare';
import { formatHidden, hideAllBut } from '../../lib/hidden_runs';
import { kMostPanels } from '../../lib/report';
import { changeQuery, projectPath } from '../../lib/route';
import { makeRunFilter } from '../../lib/run_filter';
import { kSystemSection } from '../../lib/sections';
import { createChartView } from '../../state/chart_view';
import { expressionKey, isExpression, panelName } from '../../state/expression_store';
import { createRunQuery, type RunQuery } from '../../state/run_query';
import { createRunSet, kMostDrawn, type RunSet } from '../../state/run_set';
import type { PanelsDraft } from './draft';
import type { ProjectData } from './report_blocks';

const kMostFrozen = 200;

interface BlockData {
  set: RunSet;
  asked: RunQuery;
  // The runs that were chosen one by one; empty: all that the filter takes.
  chosen: () => ReadonlySet<string>;
  hasChosen: () => boolean;
  // For the page of charts, where chosen runs are those that are not hidden: the newest of those that it can do anything
  // with, and all that the filter takes.
  drawable: () => string[];
  filtered: () => string[];
  // The server has not yet said which runs.
  isWaiting: () => boolean;
  freeze: (which: 'these' | 'all') => void;
}

function createBlockData(block: PanelsDraft, data: ProjectData): BlockData {
  const { parameters } = block;
  const runs = data.loaded.runs;
  const asked = createRunQuery(() => data.project, runs, parameters);
  const chosen = createMemo(() => new Set(runsNamed(parameters.get('runs'), runs()).map((run) => run.id)), undefined, { equals: (a, b) => [...a].join() === [...b].join() });
  const hasChosen = (): boolean => (parameters.get('runs') ?? '') !== '';
  // All runs of the project stay in the set, so that a run has the colour it has elsewhere.
  const taken = createMemo((): ReadonlySet<string> | null => {
    const ids = asked.taken();
    if (!hasChosen()) return ids;
    return ids === null ? chosen() : new Set([...chosen()].filter((id) => ids.has(id)));
  });
  const set = createRunSet(runs, taken, parameters);
  const filtered = (): string[] => {
    const [ids, matches] = [asked.taken(), makeRunFilter(set.filter())];
    return runs().filter((run) => (ids === null || ids.has(run.id)) && matches(run)).map((run) => run.id);
  };
  return {
    set, asked, chosen, hasChosen, filtered,
    drawable: () => set.visible().slice(0, (parameters.get('g') ?? '') === '' ? kMostDrawn : kMostGrouped).map((run) => run.id),
    isWaiting: () => asked.text().trim() !== '' && asked.taken() === null && asked.problem() === null,
    freeze: (which) => parameters.set({ runs: which === 'all' ? null : namesOf(set.visible().slice(0, kMostFrozen), runs()) }),
  };
}

// `onField` is told of the first field of a writer, once it is made.
export function PanelsBlock(props: { block: PanelsDraft; data: ProjectData; writing: boolean; onField: (field: HTMLElement) => void }) {
  const { block, data } = untrack(() => props);
  const view = createChartView(block.parameters);
  const held = createBlockData(block, data);
  const { lines, context } = createProjectCharts({
    set: held.set, view, keys: data.keys, hasLegend: () => true,
    remover: (key) => (props.writing ? () => block.setKeys(block.keys().filter((one) => one !== key)) : null),
  });
  const systemKeys = createMemo(() => new Set(data.keys.keys().filter((key) => key.kind === 'system').map((key) => key.key)));
  const sectionOf = (key: string): string => (systemKeys().has(key) ? kSystemSection : '');
  const step = (by: 1 | -1): void => {
    const keys = block.keys();
    const next = keys[(keys.indexOf(view.opened() ?? '') + by + keys.length) % keys.length];
    if (next !== undefined) view.open(next);
  };
  // While runs are on their way nobody knows which are chosen.
  const isReady = (): boolean => data.loaded.state() === 'ready' && data.keys.state() === 'ready' && !held.isWaiting();
  const inCharts = (): string => projectPath(data.project) + changeQuery(block.parameters.text(), {
    panel: null, ...(held.hasChosen() && isReady() ? { runs: null, hide: formatHidden(hideAllBut(held.drawable(), held.filtered())) } : {}),
  });
  return (
    <div class="charts-block">
      <Show when={props.writing} fallback={<h2 classList={{ 'visually-hidden': block.title() === '' }}>{block.title() === '' ? 'Charts' : block.title()}</h2>}>
        <BlockTools block={block} data={data} held={held} context={context} onField={props.onField} />
      </Show>
      <Show when={data.loaded.state() !== 'error'} fallback={<FailureState failure={data.loaded.error()!} onRetry={data.loaded.retry} />}>
        <Show when={isReady()} fallback={<SkeletonRows count={Math.max(1, block.keys().length)} kind="card" />}>
          <Show when={props.writing ? null : held.asked.problem()}>{(problem) => <p class="report-note" role="alert"><span>The query of these charts cannot be read: {problem().message}</span></p>}</Show>
          <Show when={held.set.visibleCount() > 0} fallback={<p class="muted">No run matches.</p>}>
            <div class="panels">
              <For each={block.keys()} fallback={<p class="muted">No panel is chosen yet.</p>}>{(key) => <Panel context={context} keyName={key} section={sectionOf(key)} />}</For>
            </div>
          </Show>
        </Show>
      </Show>
      <p class="charts-foot faint">
        <span>{lines.told(held.set.listed().length)}</span>
        <Show when={!props.writing && view.isZoomed()}><button type="button" class="button" onClick={() => view.resetZoom()}><Icon name="reset" />Reset zoom</button></Show>
        <a class="link" href={inCharts()}>Open in charts</a>
      </p>
      <Show when={view.opened()}>{(key) => <FullPanel context={context} keyName={key()} section={sectionOf(key())} step={step} />}</Show>
    </div>
  );
}

function BlockTools(props: { block: PanelsDraft; data: ProjectData; held: BlockData; context: PanelContext; onField: (field: HTMLElement) => void }) {
  const columns = createMemo(() => chooseColumns(props.held.set.listed()).all);
  const isFrozen = () => (props.block.parameters.get('runs') ?? '') !== '';
  // A name that is no key may still be an expression over some.
  const add = (text: string): Promise<boolean> => {
    const name = text.trim();
    const key = props.data.keys.names().includes(name) || isExpression(name) || !/[-+*/^() ]/.test(name) ? name : expressionKey(name);
    if (props.block.keys().length >= kMostPanels) return Promise.resolve(false);
    props.block.setKeys([...new Set([...props.block.keys(), key])]);
    return Promise.resolve(true);
  };
  return (
    <div class="charts-tools">
      <input ref={(field) => props.onField(field)} class="input" type="text" aria-label="Title of the charts" placeholder="Title (may be left out)" value={props.block.title()} maxlength="300"
        onInput={(event) => props.block.setTitle(event.currentTarget.value)} />
      <div class="charts-row">
        <span class="muted">Panels</span>
        <ChipEditor word="panel" items={props.block.keys().map(panelName)} known={props.data.keys.names()} mayEdit maxLength={1000} add={add}
          remove={(name) => { props.block.setKeys(props.block.keys().filter((key) => panelName(key) !== name)); return Promise.resolve(true); }} />
      </div>
      <div class="charts-row">
        <RunFilter set={props.held.set} />
        <label class="check" title="Those that the filter takes now, whatever runs come later">
          <input type="checkbox" checked={isFrozen()} onChange={(event) => props.held.freeze(event.currentTarget.checked ? 'these' : 'all')} />
          Only what is here now: {plural(isFrozen() ? props.held.chosen().size : props.held.set.visible().length, 'run')}
        </label>
        <AxisTools context={props.context} axis="main" />
      </div>
      <RunQueryBox project={props.data.project} asked={props.held.asked} columns={columns()} />
    </div>
  );
}
