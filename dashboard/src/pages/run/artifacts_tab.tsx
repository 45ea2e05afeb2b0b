// The versions of artifacts that the run made and used.
import { createResource, For, Match, Show, Switch } from 'solid-js';
import { artifactsOfRun, type ArtifactVersion } from '../../api/artifacts';
import { messageOf } from '../../api/http';
import type { Run } from '../../api/types';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { formatCount, plural } from '../../lib/format';
import { versionPath } from '../../lib/route';
import { createClock } from '../../state/clock';
import { held } from '../../state/held';
import { Chips, MetadataLine, ScrolledTable, sizeText, VersionLink, When } from '../artifacts/parts';

export function ArtifactsTab(props: { run: Run }) {
  const [artifacts, { refetch }] = createResource(() => ({ id: props.run.id, end: props.run.endedUs }), (one) => artifactsOfRun(one.id));
  const isEmpty = () => held(artifacts)?.produced.length === 0 && held(artifacts)?.used.length === 0;
  return (
    <div class="run-body run-artifacts">
      <Switch fallback={<SkeletonRows count={4} kind="row" />}>
        <Match when={artifacts.error as unknown}>
          {(error) => <ErrorState title="The artifacts cannot be read" message={messageOf(error())} onRetry={() => void refetch()} />}
        </Match>
        <Match when={isEmpty()}>
          <EmptyState icon="box" title="No artifacts">The run made none and has not said that it uses one. Programs do with log_artifact() and use_artifact().</EmptyState>
        </Match>
        <Match when={held(artifacts)}>
          {(one) => (
            <>
              <Versions title="Made by the run" versions={one().produced} project={props.run.project} none="It made none." />
              <Versions title="Used by the run" versions={one().used} project={props.run.project} none="It has not said that it uses one." />
            </>
          )}
        </Match>
      </Switch>
    </div>
  );
}

function Versions(props: { title: string; versions: readonly ArtifactVersion[]; project: string; none: string }) {
  const now = createClock(30_000);
  return (
    <section class="card" aria-label={props.title}>
      <div class="card-head"><h2>{props.title}</h2><span class="faint">{plural(props.versions.length, 'version')}</span></div>
      <Show when={props.versions.length > 0} fallback={<p class="preview-none muted">{props.none}</p>}>
        <ScrolledTable label={props.title}>
          <thead>
            <tr>
              <th scope="col">Version</th><th scope="col">Type</th><th scope="col">Aliases</th><th scope="col">Tags</th><th scope="col">Metadata</th>
              <th scope="col" class="number">Files</th><th scope="col" class="number">Size</th><th scope="col">Created</th><th scope="col"><span class="visually-hidden">Lineage</span></th>
            </tr>
          </thead>
          <tbody>
            <For each={props.versions}>
              {(one) => (
                <tr>
                  <th scope="row"><VersionLink version={one} withName withProject={props.project} /></th><td>{one.type}</td><td><Chips items={one.aliases} /></td><td><Chips items={one.tags} /></td>
                  <td class="metadata-cell"><MetadataLine version={one} /></td><td class="number">{formatCount(one.files)}</td><td class="number">{sizeText(one.sizeBytes)}</td>
                  <td><When timeUs={one.createdUs} nowUs={now()} /></td><td><a class="link" href={versionPath(one.project, one.name, one.version, 'lineage')}>Lineage<span class="visually-hidden"> of {one.name}:{one.version}</span></a></td>
                </tr>
              )}
            </For>
          </tbody>
        </ScrolledTable>
      </Show>
    </section>
  );
}
