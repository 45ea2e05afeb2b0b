// The artifacts of a project, by type.
import { createMemo, createResource, For, Match, Show, Switch } from 'solid-js';
import { listArtifacts, type Artifact, type Page } from '../../api/artifacts';
import { CodeBlock } from '../../components/copy';
import { EmptyState, FailureState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { failureOf } from '../../lib/failure';
import { formatCount, plural } from '../../lib/format';
import { artifactPath, artifactsPath, projectPath, versionPath } from '../../lib/route';
import { createClock } from '../../state/clock';
import { held } from '../../state/held';
import { query, setQuery } from '../../state/location';
import { usePageHead } from '../../state/page_head';
import { createRunNames } from '../../state/run_names';
import { Chips, RunLink, ScrolledTable, sizeText, When } from './parts';

const kMostPages = 10;

async function readAll(project: string): Promise<Page<Artifact>> {
  const items: Artifact[] = [];
  let next: string | null = null;
  for (let page = 0; page < kMostPages; page++) {
    const read: Page<Artifact> = await listArtifacts(project, next);
    items.push(...read.items);
    next = read.next;
    if (next === null) break;
  }
  return { items, next };
}

export function ArtifactListPage(props: { project: string }) {
  const [artifacts, { refetch }] = createResource(() => props.project, readAll);
  usePageHead(() => ({
    crumbs: [{ label: 'Projects', href: '/' }, { label: props.project, href: projectPath(props.project) }, { label: 'Artifacts', href: artifactsPath(props.project) }],
    project: props.project,
  }));
  return (
    <Switch fallback={<div class="page"><SkeletonRows count={6} kind="row" /></div>}>
      <Match when={artifacts.error as unknown}>{(error) => <FailureState failure={failureOf(error(), 'project')} onRetry={() => void refetch()} />}</Match>
      <Match when={held(artifacts)?.items.length === 0}><NoArtifacts project={props.project} /></Match>
      <Match when={held(artifacts)}>{(list) => <ArtifactList project={props.project} list={list()} />}</Match>
    </Switch>
  );
}

function NoArtifacts(props: { project: string }) {
  return (
    <>
      <h1 class="visually-hidden">Artifacts of {props.project}</h1>
      <EmptyState icon="box" title={`No artifacts in ${props.project} yet`}>
        <p>An artifact is a versioned tree of files: a model, a data set, a table. A run makes one with log_artifact, or you put one here:</p>
        <CodeBlock code={`tracker artifact put ${props.project}/my-model ./checkpoint --type model`} label="upload command" prompt />
      </EmptyState>
    </>
  );
}

function ArtifactList(props: { project: string; list: Page<Artifact> }) {
  const search = () => query('q') ?? '';
  const type = () => query('type') ?? '';
  const types = createMemo(() => [...new Set(props.list.items.map((one) => one.type))].sort());
  const shown = createMemo(() => {
    const needle = search().toLowerCase();
    return props.list.items.filter((one) => (type() === '' || one.type === type())
      && [one.name, one.type, one.description, ...one.aliases].some((text) => text.toLowerCase().includes(needle)));
  });
  const names = createRunNames(() => props.project, () => shown().map((one) => one.run));
  return (
    <div class="page artifacts">
      <div class="page-title">
        <h1>Artifacts</h1>
        <span class="faint" role="status">{shown().length === props.list.items.length ? formatCount(shown().length) : `${formatCount(shown().length)} of ${formatCount(props.list.items.length)}`}</span>
        <div class="artifact-tools">
          <Show when={types().length > 1 || type() !== ''}>
            <select class="select" aria-label="Type" value={type()} onChange={(event) => setQuery({ type: event.currentTarget.value }, 'push')}>
              <option value="">All types</option>
              <For each={types()}>{(one) => <option value={one} selected={one === type()}>{one}</option>}</For>
            </select>
          </Show>
          <div class="search">
            <Icon name="search" />
            <input class="input" type="search" placeholder="Search" aria-label="Search artifacts by name, type, alias or description" value={search()}
              onInput={(event) => setQuery({ q: event.currentTarget.value })} />
          </div>
        </div>
      </div>
      <Show when={props.list.next !== null}><p class="muted">The first {formatCount(props.list.items.length)} by name; the others can be opened by their address.</p></Show>
      <For each={types().filter((one) => shown().some((artifact) => artifact.type === one))} fallback={
        <EmptyState icon="search" title="No artifact matches">
          <button type="button" class="button" onClick={() => setQuery({ q: null, type: null })}>Show all</button>
        </EmptyState>
      }>
        {(one) => <TypeSection type={one} project={props.project} artifacts={shown().filter((artifact) => artifact.type === one)} nameOf={names} />}
      </For>
    </div>
  );
}

function TypeSection(props: { type: string; project: string; artifacts: readonly Artifact[]; nameOf: (run: string) => string | null }) {
  const now = createClock(30_000);
  return (
    <section class="card artifact-type" aria-label={`Type ${props.type}`}>
      <div class="card-head"><Icon name="box" /><h2>{props.type}</h2><span class="faint">{plural(props.artifacts.length, 'artifact')}</span></div>
      <ScrolledTable label={`Artifacts of type ${props.type}`}>
        <thead>
          <tr>
            <th scope="col">Name</th><th scope="col">Latest</th><th scope="col">Versions</th><th scope="col">Aliases</th>
            <th scope="col" class="number">Size</th><th scope="col">Changed</th><th scope="col">By run</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.artifacts}>
            {(one) => (
              <tr>
                <th scope="row"><a class="artifact-name" href={artifactPath(props.project, one.name)}>{one.name}</a></th>
                <td><Show when={one.latest} fallback={<span class="faint">–</span>}>{(latest) => <a class="link" href={versionPath(props.project, one.name, latest())}>{latest()}</a>}</Show></td>
                <td>{formatCount(one.versions)}</td>
                <td><Chips items={one.aliases} /></td>
                <td class="number">{sizeText(one.sizeBytes)}</td>
                <td><When timeUs={one.updatedUs} nowUs={now()} /></td>
                <td><RunLink run={one.run} name={one.run === null ? null : props.nameOf(one.run)} /></td>
              </tr>
            )}
          </For>
        </tbody>
      </ScrolledTable>
    </section>
  );
}
