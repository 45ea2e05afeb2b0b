// One artifact: what it is, and its versions. Two of them can be compared.
import { createMemo, createResource, createSignal, For, Match, Show, Switch } from 'solid-js';
import { changeArtifact, getArtifact, restoreVersion, type Artifact, type ArtifactVersion } from '../../api/artifacts';
import { CodeBlock } from '../../components/copy';
import { EditableText } from '../../components/editable_text';
import { EmptyState, FailureState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { failureOf } from '../../lib/failure';
import { formatCount, formatDateTime, formatDuration, plural } from '../../lib/format';
import { artifactPath, artifactsPath, projectPath, versionPath } from '../../lib/route';
import { attempt, deleteVersionWithUndo, ownAliases } from '../../state/artifact_actions';
import { createClock } from '../../state/clock';
import { held } from '../../state/held';
import { navigate, query, setQuery } from '../../state/location';
import { usePageHead } from '../../state/page_head';
import { createRole } from '../../state/role';
import { createRunNames } from '../../state/run_names';
import { Chips, MetadataLine, RunLink, ScrolledTable, sizeText, VersionLink, When } from './parts';
import { createVersionList, type VersionList } from './version_list';

export function CollectionPage(props: { project: string; name: string }) {
  const [artifact, { refetch, mutate }] = createResource(() => ({ project: props.project, name: props.name }), (one) => getArtifact(one.project, one.name));
  const role = createRole(() => props.project);
  const which = () => (query('deleted') === '1' ? 'deleted' : 'living');
  const list = createVersionList(() => props.project, () => props.name, which);
  const reload = (): void => {
    void refetch();
    void list.reload();
  };
  usePageHead(() => ({
    crumbs: [
      { label: 'Projects', href: '/' }, { label: props.project, href: projectPath(props.project) },
      { label: 'Artifacts', href: artifactsPath(props.project) }, { label: props.name, href: artifactPath(props.project, props.name) },
    ],
    project: props.project,
  }));
  return (
    <Switch fallback={<div class="page"><SkeletonRows count={6} kind="row" /></div>}>
      <Match when={(artifact.error ?? list.error()) as unknown}>{(error) => <FailureState failure={failureOf(error(), 'artifact')} onRetry={reload} />}</Match>
      <Match when={held(artifact)}>
        {(one) => (
          <div class="page artifacts">
            <CollectionHead project={props.project} artifact={one()} mayWrite={role.mayWrite()} onChange={mutate} />
            <VersionsTable project={props.project} name={props.name} list={list} which={which()} mayWrite={role.mayWrite()} reload={reload} />
          </div>
        )}
      </Match>
    </Switch>
  );
}

function CollectionHead(props: { project: string; artifact: Artifact; mayWrite: boolean; onChange: (changed: Artifact) => void }) {
  const describe = (text: string): Promise<boolean> => attempt('The description was not saved', async () => {
    props.onChange(await changeArtifact(props.project, props.artifact.name, text));
  });
  return (
    <header class="artifact-head">
      <div class="page-title"><h1>{props.artifact.name}</h1><span class="tag">{props.artifact.type}</span></div>
      <EditableText label="description of the artifact" text={props.artifact.description} empty={props.mayWrite ? 'No description.' : ''} mayEdit={props.mayWrite} maxLength={65_536} save={describe} />
      <dl class="facts">
        <div><dt>Versions</dt><dd>{formatCount(props.artifact.versions)}</dd></div>
        <div><dt>Size of all</dt><dd>{sizeText(props.artifact.sizeBytes)}</dd></div>
        <Show when={props.artifact.keepVersions}>{(kept) => <div><dt>Keeps</dt><dd>newest {formatCount(kept())}</dd></div>}</Show>
        <Show when={props.artifact.ttlS}>{(seconds) => <div><dt>New versions live</dt><dd>{formatDuration(seconds())}</dd></div>}</Show>
      </dl>
    </header>
  );
}

interface TableProps {
  project: string;
  name: string;
  list: VersionList;
  which: 'living' | 'deleted';
  mayWrite: boolean;
  reload: () => void;
}

function VersionsTable(props: TableProps) {
  const [chosen, setChosen] = createSignal<readonly string[]>([]);
  const names = createRunNames(() => props.project, () => (props.list.versions() ?? []).map((one) => one.run));
  // The last two that were chosen, the newer one first.
  const choose = (version: string, isOn: boolean): void => {
    setChosen((now) => (isOn ? [...now, version].slice(-2) : now.filter((one) => one !== version)));
  };
  const pair = createMemo(() => (props.list.versions() ?? []).map((one) => one.version).filter((one) => chosen().includes(one)));
  return (
    <section class="card" aria-label="Versions">
      <VersionsHead project={props.project} name={props.name} which={props.which} pair={pair()} />
      <Show when={props.list.versions()} fallback={<SkeletonRows count={4} kind="row" />}>
        {(versions) => (
          <Show when={versions().length > 0} fallback={<NoVersions project={props.project} name={props.name} which={props.which} />}>
            <ScrolledTable label={props.which === 'deleted' ? 'Deleted versions' : 'Versions'}>
              <thead><ColumnNames which={props.which} /></thead>
              <tbody>
                <For each={versions()}>
                  {(one) => (
                    <VersionRow version={one} run={one.run === null ? null : names(one.run)} mayWrite={props.mayWrite} reload={props.reload}
                      isChosen={chosen().includes(one.version)} onChoose={(isOn) => choose(one.version, isOn)} />
                  )}
                </For>
              </tbody>
            </ScrolledTable>
            <Show when={props.list.hasMore()}>
              <p class="artifact-more"><button type="button" class="button" onClick={() => void props.list.more()}>More versions, after {plural(versions().length, 'version')}</button></p>
            </Show>
          </Show>
        )}
      </Show>
    </section>
  );
}

function VersionsHead(props: { project: string; name: string; which: 'living' | 'deleted'; pair: readonly string[] }) {
  return (
    <div class="card-head versions-head">
      <h2>{props.which === 'deleted' ? 'Deleted versions' : 'Versions'}</h2>
      <span class="json-space" />
      <Show when={props.which === 'living'}>
        <span class="faint versions-hint">{props.pair.length < 2 ? 'Select two to compare' : ''}</span>
        <button type="button" class="button" disabled={props.pair.length < 2}
          onClick={() => navigate(`${versionPath(props.project, props.name, props.pair[0]!, 'diff')}?with=${props.pair[1]!}`)}><Icon name="compare" />Compare</button>
      </Show>
      <button type="button" class="button" aria-pressed={props.which === 'deleted'} onClick={() => setQuery({ deleted: props.which === 'deleted' ? null : '1' }, 'push')}>
        {props.which === 'deleted' ? 'Back to the versions' : 'Deleted'}
      </button>
    </div>
  );
}

function ColumnNames(props: { which: 'living' | 'deleted' }) {
  return (
    <tr>
      <Show when={props.which === 'living'}><th scope="col"><span class="visually-hidden">Select</span></th></Show>
      <th scope="col">Version</th><th scope="col">Aliases</th><th scope="col">Tags</th><th scope="col">Metadata</th><th scope="col" class="number">Files</th>
      <th scope="col" class="number">Size</th><th scope="col" class="number" title="Bytes of chunks that no earlier version held">New</th><th scope="col">Created</th><th scope="col">By run</th>
      <th scope="col"><span class="visually-hidden">Actions</span></th>
    </tr>
  );
}

interface RowProps {
  version: ArtifactVersion;
  // Its name, once it is known.
  run: string | null;
  mayWrite: boolean;
  isChosen: boolean;
  onChoose: (isOn: boolean) => void;
  reload: () => void;
}

function VersionRow(props: RowProps) {
  const now = createClock(30_000);
  const isDeleted = () => props.version.deletedUs !== null;
  return (
    <tr data-version={props.version.version}>
      <Show when={!isDeleted()}>
        <td>
          <input type="checkbox" aria-label={`Select ${props.version.version}`} checked={props.isChosen} onChange={(event) => props.onChoose(event.currentTarget.checked)} />
        </td>
      </Show>
      <th scope="row"><Show when={!isDeleted()} fallback={props.version.version}><VersionLink version={props.version} /></Show></th>
      <td><Chips items={props.version.aliases} /></td>
      <td><Chips items={props.version.tags} /></td>
      <td class="metadata-cell"><MetadataLine version={props.version} /></td>
      <td class="number">{formatCount(props.version.files)}</td>
      <td class="number">{sizeText(props.version.sizeBytes)}</td>
      <td class="number">{sizeText(props.version.addedBytes)}</td>
      <td>
        <When timeUs={props.version.createdUs} nowUs={now()} />
        <Show when={props.version.expiresUs !== null && ownAliases(props.version).length === 0}>
          <span class="faint nowrap"> until {formatDateTime(props.version.expiresUs!)}</span>
        </Show>
      </td>
      <td><RunLink run={props.version.run} name={props.run} /></td>
      <td><Show when={props.mayWrite}><VersionAction version={props.version} reload={props.reload} /></Show></td>
    </tr>
  );
}

function VersionAction(props: { version: ArtifactVersion; reload: () => void }) {
  const bringBack = async (): Promise<void> => {
    if (await attempt(`${props.version.version} was not brought back`, async () => { await restoreVersion(props.version.id); })) props.reload();
  };
  return (
    <Show when={props.version.deletedUs === null} fallback={
      <button type="button" class="button" title={props.version.purgeUs === null ? undefined : `Until ${formatDateTime(props.version.purgeUs)}`} onClick={() => void bringBack()}>
        Bring back<span class="visually-hidden"> {props.version.version}</span>
      </button>
    }>
      <button type="button" class="icon-button" aria-label={`Delete ${props.version.version}`} title={`Delete ${props.version.version}`}
        onClick={() => void deleteVersionWithUndo(props.version, { deleted: props.reload, restored: props.reload })}><Icon name="trash" /></button>
    </Show>
  );
}

function NoVersions(props: { project: string; name: string; which: 'living' | 'deleted' }) {
  return (
    <Show when={props.which === 'living'} fallback={<EmptyState icon="trash" title="Nothing to bring back">What is deleted stands here until its time is over.</EmptyState>}>
      <EmptyState icon="box" title="No version lives">
        <CodeBlock code={`tracker artifact put ${props.project}/${props.name} PATH`} label="upload command" prompt />
      </EmptyState>
    </Show>
  );
}
