// One run: what it is above, and its charts, facts, machine or output below.
import { createEffect, createMemo, For, lazy, Match, on, Show, Switch } from 'solid-js';
import type { KeyInfo, Run } from '../../api/types';
import { FailureState, SkeletonRows } from '../../components/feedback';
import { PanelGrid } from '../../components/panels/panel_grid';
import { projectPath, runPath, type RunTab } from '../../lib/route';
import { usePageHead } from '../../state/page_head';
import { createRole } from '../../state/role';
import { createLiveRun, type LiveRun } from '../../state/run_page';
import { LogsTab } from './logs_tab';
import { OverviewTab } from './overview_tab';
import { RunHeader } from './run_header';
import './run_page.css';

const kTabs: readonly { tab: RunTab; label: string }[] = [
  { tab: 'charts', label: 'Charts' }, { tab: 'media', label: 'Media' }, { tab: 'overview', label: 'Overview' },
  { tab: 'system', label: 'System' }, { tab: 'logs', label: 'Logs' },
  { tab: 'files', label: 'Files' }, { tab: 'artifacts', label: 'Artifacts' }, { tab: 'diff', label: 'Diff' },
];

const ArtifactsTab = lazy(() => import('../../chunks/artifacts').then((chunk) => ({ default: chunk.ArtifactsTab })));
const DiffTab = lazy(() => import('../../chunks/compare').then((chunk) => ({ default: chunk.DiffTab })));
const FilesTab = lazy(() => import('../../chunks/artifacts').then((chunk) => ({ default: chunk.FilesTab })));
const MediaTab = lazy(() => import('../../chunks/media').then((chunk) => ({ default: chunk.MediaTab })));

export default function RunPage(props: { id: string; tab: RunTab }) {
  const loaded = createLiveRun(() => props.id);
  usePageHead(() => {
    const run = loaded.run();
    if (!run) return { crumbs: [{ label: 'Projects', href: '/' }, { label: 'Run' }], project: null };
    return {
      crumbs: [
        { label: 'Projects', href: '/' },
        { label: run.project, href: projectPath(run.project) },
        { label: run.name, href: runPath(run.id) },
      ],
      project: run.project,
    };
  });
  return (
    <Switch fallback={<div class="page"><SkeletonRows count={6} kind="row" /></div>}>
      <Match when={loaded.error()}>
        {(failure) => <FailureState failure={failure()} onRetry={loaded.retry} />}
      </Match>
      <Match when={loaded.run()}>{(run) => <RunBody run={run()} tab={props.tab} loaded={loaded} />}</Match>
    </Switch>
  );
}

function RunBody(props: { run: Run; tab: RunTab; loaded: LiveRun }) {
  const role = createRole(() => props.run.project);
  const ofKind = (kind: KeyInfo['kind']) => createMemo(() => props.loaded.keys.keys().filter((key) => key.kind === kind));
  const historyKeys = ofKind('history');
  const systemKeys = ofKind('system');
  let tabs!: HTMLElement;
  // On a phone they scroll.
  createEffect(on(() => props.tab, () => tabs.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' })));
  const keyCount = (): string => `${props.tab === 'system' ? systemKeys().length : historyKeys().length} keys`;
  return (
    <div class="run-page" classList={{ fills: props.tab === 'logs' }}>
      <RunHeader run={props.run} role={role} />
      <nav ref={tabs} class="tabs run-tabs" aria-label="Parts of the run">
        <For each={kTabs}>
          {(one) => (
            <a href={runPath(props.run.id, one.tab)} aria-current={props.tab === one.tab ? 'page' : undefined}>{one.label}</a>
          )}
        </For>
      </nav>
      <Switch>
        <Match when={props.tab === 'charts' || props.tab === 'system'}>
          <div class="run-body">
            <Show when={props.loaded.keys.state() === 'ready'} fallback={<SkeletonRows count={6} kind="card" />}>
              <PanelGrid context={props.loaded.context} drawn={keyCount()} expressions={props.tab === 'system' ? 'none' : 'first'}
                keys={props.tab === 'charts' ? historyKeys() : systemKeys()}
                empty={props.tab === 'charts' ? 'This run has logged no numbers yet. They appear here as they come.'
                  : 'No samples of the machine yet. The SDK takes one every two seconds.'} />
            </Show>
          </div>
        </Match>
        <Match when={props.tab === 'media'}><MediaTab run={props.run} /></Match>
        <Match when={props.tab === 'files'}><FilesTab run={props.run} /></Match>
        <Match when={props.tab === 'artifacts'}><ArtifactsTab run={props.run} /></Match>
        <Match when={props.tab === 'overview'}><OverviewTab run={props.run} /></Match>
        <Match when={props.tab === 'diff'}><DiffTab run={props.run} /></Match>
        <Match when={props.tab === 'logs'}><LogsTab run={props.run} onEvent={props.loaded.onEvent} /></Match>
      </Switch>
    </div>
  );
}
