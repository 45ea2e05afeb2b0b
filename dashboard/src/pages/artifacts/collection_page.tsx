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

function VersionsTable(props: {
  project: string; name: string; list: VersionList; which: 'living' | 'deleted'; mayWrite: boolean; reload: () => void;
}) {
  const now = createClock(30_000);
  const [chosen, setChosen] = createSignal<readonly string[]>([]);
  const names = createRunNames(() => props.project, () => (props.list.versions() ?? []).map((one) => one.run));
  const choose = (version: string, isOn: boolean): void => {
    setChosen((now) => (isOn ? [...now, version].slice(-2) : now.filter((one) => one !== version)));
  };
  const pair = createMemo(() => {
    const known = (props.list.versions() ?? []).map((one) => one.version).filter((one) => chosen().includes(one));
    return known.length === 2 ? { newer: known[0]!, older: known[1]! } : null;
  });
  const bringBack = async (version: ArtifactVersion): Promise<void> => {
    if (await attempt(`${version.version} was not brought back`, async () => { await restoreVersion(version.id); })) props.reload();
  };
  return (
    <section class="card" aria-label="Versions">
      <div class="card-head versions-head">
        <h2>{props.which === 'deleted' ? 'Deleted versions' : 'Versions'}</h2>
        <span class="json-space" />
        <Show when={props.which === 'living'}>
          <span class="faint versions-hint">{pair() === null ? 'Select two to compare' : ''}</span>
          <button type="button" class="button" disabled={pair() === null}
            onClick={() => navigate(`${versionPath(props.project, props.name, pair()!.newer, 'diff')}?with=${pair()!.older}`)}><Icon name="compare" />Compare</button>
        </Show>
        <button type="button" class="button" aria-pressed={props.which === 'deleted'} onClick={() => setQuery({ deleted: props.which === 'deleted' ? null : '1' }, 'push')}>
          {props.which === 'deleted' ? 'Back to the versions' : 'Deleted'}
        </button>
      </div>
      <Show when={props.list.versions()} fallback={<SkeletonRows count={4} kind="row" />}>
        {(versions) => (
          <Show when={versions().length > 0} fallback={<NoVersions project={props.project} name={props.name} which={props.which} />}>
            <ScrolledTable label={props.which === 'deleted' ? 'Deleted versions' : 'Versions'}>
              <thead>
                <tr>
                  <Show when={props.which === 'living'}><th scope="col"><span class="visually-hidden">Select</span></th></Show>
                  <th scope="col">Version</th><th scope="col">Aliases</th><th scope="col">Tags</th><th scope="col">Metadata</th><th scope="col" class="number">Files</th>
                  <th scope="col" class="number">Size</th><th scope="col" class="number" title="Bytes of chunks that no earlier version held">New</th><th scope="col">Created</th><th scope="col">By run</th>
                  <th scope="col"><span class="visually-hidden">Actions</span></th>
                </tr>
              </thead>
              <tbody>
                <For each={versions()}>
                  {(one) => (
                    <tr data-version={one.version}>
                      <Show when={props.which === 'living'}>
                        <td>
                          <input type="checkbox" aria-label={`Select ${one.version}`} checked={chosen().includes(one.version)}
                            onChange={(event) => choose(one.version, event.currentTarget.checked)} />
                        </td>
                      </Show>
                      <th scope="row"><Show when={one.deletedUs === null} fallback={one.version}><VersionLink version={one} /></Show></th>
                      <td><Chips items={one.aliases} /></td>
                      <td><Chips items={one.tags} /></td>
                      <td class="metadata-cell"><MetadataLine version={one} /></td>
                      <td class="number">{formatCount(one.files)}</td>
                      <td class="number">{sizeText(one.sizeBytes)}</td>
                      <td class="number">{sizeText(one.addedBytes)}</td>
                      <td>
                        <When timeUs={one.createdUs} nowUs={now()} />
                        <Show when={one.expiresUs !== null && ownAliases(one).length === 0}><span class="faint nowrap"> until {formatDateTime(one.expiresUs!)}</span></Show>
                      </td>
                      <td><RunLink run={one.run} name={one.run === null ? null : names(one.run)} /></td>
                      <td>
                        <Show when={props.mayWrite}>
                          <Show when={one.deletedUs === null} fallback={
                            <button type="button" class="button" title={one.purgeUs === null ? undefined : `Until ${formatDateTime(one.purgeUs)}`} onClick={() => void bringBack(one)}>
                              Bring back<span class="visually-hidden"> {one.version}</span>
                            </button>
                          }>
                            <button type="button" class="icon-button" aria-label={`Delete ${one.version}`} title={`Delete ${one.version}`}
                              onClick={() => void deleteVersionWithUndo(one, { deleted: props.reload, restored: props.reload })}><Icon name="trash" /></button>
                          </Show>
                        </Show>
                      </td>
                    </tr>
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

function NoVersions(props: { project: string; name: string; which: 'living' | 'deleted' }) {
  return (
    <Show when={props.which === 'living'} fallback={<EmptyState icon="trash" title="Nothing to bring back">What is deleted stands here until its time is over.</EmptyState>}>
      <EmptyState icon="box" title="No version lives">
        <CodeBlock code={`tracker artifact put ${props.project}/${props.name} PATH`} label="upload command" prompt />
      </EmptyState>
    </Show>
  );
}
