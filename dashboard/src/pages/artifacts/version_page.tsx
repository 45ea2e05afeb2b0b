// One version: what it is above; its files, what it came from and came of, or how it differs below.
import { createResource, For, Match, Show, Switch } from 'solid-js';
import { findVersion, type ArtifactVersion } from '../../api/artifacts';
import { FailureState, SkeletonRows } from '../../components/feedback';
import { failureOf } from '../../lib/failure';
import { artifactPath, artifactsPath, projectPath, versionPath, type VersionTab } from '../../lib/route';
import type { DeletionEnds } from '../../state/artifact_actions';
import { held } from '../../state/held';
import { navigate } from '../../state/location';
import { usePageHead } from '../../state/page_head';
import { createRole } from '../../state/role';
import { FilesTab } from './files_tab';
import { LineageTab } from './lineage_tab';
import { VersionDiffTab } from './version_diff_tab';
import { VersionHead } from './version_head';

const kTabs: readonly { tab: VersionTab; label: string }[] = [
  { tab: 'files', label: 'Files' }, { tab: 'lineage', label: 'Lineage' }, { tab: 'diff', label: 'Diff' },
];

// Not by an alias: it may name another version by then.
const endsFor = ({ project, name, version }: ArtifactVersion): DeletionEnds => ({
  deleted: () => navigate(artifactPath(project, name)),
  restored: () => navigate(versionPath(project, name, version)),
});

export function VersionPage(props: { project: string; name: string; version: string; tab: VersionTab }) {
  const [version, { refetch, mutate }] = createResource(
    () => ({ project: props.project, name: props.name, version: props.version }),
    (one) => findVersion(one.project, one.name, one.version),
  );
  const role = createRole(() => props.project);
  usePageHead(() => ({
    crumbs: [
      { label: 'Projects', href: '/' }, { label: props.project, href: projectPath(props.project) }, { label: 'Artifacts', href: artifactsPath(props.project) },
      { label: props.name, href: artifactPath(props.project, props.name) }, { label: held(version)?.version ?? props.version, href: versionPath(props.project, props.name, props.version) },
    ],
    project: props.project,
  }));
  return (
    <Switch fallback={<div class="page"><SkeletonRows count={6} kind="row" /></div>}>
      <Match when={version.error as unknown}>{(error) => <FailureState failure={failureOf(error(), 'version')} onRetry={() => void refetch()} />}</Match>
      <Match when={held(version)}>
        {(one) => (
          <div class="run-page version-page">
            <VersionHead version={one()} mayWrite={role.mayWrite()} onChange={mutate} ends={endsFor(one())} />
            <VersionBody version={one()} asked={props.version} tab={props.tab} />
          </div>
        )}
      </Match>
    </Switch>
  );
}

function VersionBody(props: { version: ArtifactVersion; asked: string; tab: VersionTab }) {
  return (
    <>
      <nav class="tabs run-tabs" aria-label="Parts of the version">
        <For each={kTabs}>
          {(one) => (
            <a href={versionPath(props.version.project, props.version.name, props.asked, one.tab)} aria-current={props.tab === one.tab ? 'page' : undefined}>{one.label}</a>
          )}
        </For>
      </nav>
      <div class="version-body">
        <Switch>
          <Match when={props.tab === 'files'}><Show when={props.version.id} keyed><FilesTab version={props.version} /></Show></Match>
          <Match when={props.tab === 'lineage'}><LineageTab version={props.version} /></Match>
          <Match when={props.tab === 'diff'}><VersionDiffTab version={props.version} /></Match>
        </Switch>
      </div>
    </>
  );
}
