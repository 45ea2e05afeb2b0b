// How the files and the metadata of a version differ from those of another one.
import { createMemo, createResource, createSignal, For, Match, Show, Switch } from 'solid-js';
import { findVersion, listFiles, listVersions, type ArtifactFile, type ArtifactVersion } from '../../api/artifacts';
import { messageOf } from '../../api/http';
import type { Json } from '../../api/types';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { comparablePart, diffFiles, type ChangeKind, type FileChange } from '../../lib/artifact_diff';
import { compareLeaves } from '../../lib/compare';
import { formatCount, formatJson, plural } from '../../lib/format';
import { held } from '../../state/held';
import { query, setQuery } from '../../state/location';
import { ScrolledTable, sizeText } from './parts';
import './version_diff.css';

const kMostFiles = 50_000;
const kRowsAtOnce = 500;
const kKinds: readonly ChangeKind[] = ['added', 'removed', 'changed'];

async function read(project: string, name: string, before: string, after: ArtifactVersion) {
  const old = await findVersion(project, name, before);
  const [a, b] = await Promise.all([listFiles(old.id, kMostFiles), listFiles(after.id, kMostFiles)]);
  const [beforeFiles, afterFiles] = comparablePart<ArtifactFile>([a, b]);
  return { old, isWhole: a.isWhole && b.isWhole, diff: diffFiles(beforeFiles!, afterFiles!) };
}

export function VersionDiffTab(props: { version: ArtifactVersion }) {
  const [versions] = createResource(
    () => ({ project: props.version.project, name: props.version.name }),
    (one) => listVersions(one.project, one.name, 'living', null).then((page) => page.items.map((item) => item.version), () => []),
  );
  const others = () => (held(versions) ?? []).filter((one) => one !== props.version.version);
  // Without a choice: the version before.
  const number = (version: string): number => Number(version.slice(1));
  const chosen = () => query('with') ?? others().find((one) => number(one) < number(props.version.version)) ?? others()[0] ?? null;
  const [compared, { refetch }] = createResource(
    () => (chosen() === null ? null : { before: chosen()!, after: props.version }),
    (one) => read(one.after.project, one.after.name, one.before, one.after),
  );
  return (
    <div class="version-diff">
      <label class="tool">
        <span class="muted">Against</span>
        <select class="select" aria-label="Version to compare with" value={chosen() ?? ''} onChange={(event) => setQuery({ with: event.currentTarget.value }, 'push')}>
          <Show when={chosen() !== null && !others().includes(chosen()!)}><option value={chosen()!}>{chosen()}</option></Show>
          <For each={others()}>{(one) => <option value={one} selected={one === chosen()}>{one}</option>}</For>
        </select>
      </label>
      <Switch fallback={<SkeletonRows count={6} kind="row" />}>
        <Match when={compared.error as unknown}>
          {(error) => <ErrorState title="The versions cannot be compared" message={messageOf(error())} onRetry={() => void refetch()} />}
        </Match>
        <Match when={versions.state === 'ready' && chosen() === null}>
          <EmptyState icon="compare" title="There is no other version">This one is the only one of its artifact.</EmptyState>
        </Match>
        <Match when={held(compared)}>
          {(one) => (
            <>
              <Show when={!one().isWhole}><p class="muted">Compared are the first {formatCount(kMostFiles)} files by path.</p></Show>
              <FileChanges diff={one().diff} before={one().old.version} after={props.version.version} />
              <MetadataChanges before={one().old} after={props.version} />
            </>
          )}
        </Match>
      </Switch>
    </div>
  );
}

const delta = (change: FileChange): string => {
  const by = (change.after ?? 0) - (change.before ?? 0);
  if (change.kind !== 'changed' || change.before === null || change.after === null) return '';
  return by === 0 ? '±0' : `${by > 0 ? '+' : '−'}${sizeText(Math.abs(by))}`;
};

function FileChanges(props: { diff: ReturnType<typeof diffFiles>; before: string; after: string }) {
  const [most, setMost] = createSignal(kRowsAtOnce);
  const [hidden, setHidden] = createSignal<readonly ChangeKind[]>([]);
  const count = (kind: ChangeKind): number => props.diff.changes.filter((change) => change.kind === kind).length;
  const shown = createMemo(() => props.diff.changes.filter((change) => !hidden().includes(change.kind)));
  const toggle = (kind: ChangeKind): void => {
    setHidden((now) => (now.includes(kind) ? now.filter((one) => one !== kind) : [...now, kind]));
  };
  return (
    <section class="card" aria-label="Files that differ">
      <div class="card-head diff-head">
        <h2>Files</h2>
        <For each={kKinds}>
          {(kind) => (
            <button type="button" class={`button change-${kind}`} aria-pressed={!hidden().includes(kind)} disabled={count(kind) === 0} onClick={() => toggle(kind)}>
              {formatCount(count(kind))} {kind}
            </button>
          )}
        </For>
        <span class="faint">{formatCount(props.diff.same)} the same · {sizeText(props.diff.addedBytes)} came, {sizeText(props.diff.removedBytes)} went</span>
      </div>
      <Show when={props.diff.changes.length > 0} fallback={<p class="preview-none muted">The files are the same.</p>}>
        <ScrolledTable label="Files that differ">
          <thead><tr><th scope="col">Change</th><th scope="col">Path</th><th scope="col" class="number">{props.before}</th><th scope="col" class="number">{props.after}</th><th scope="col" class="number">By</th></tr></thead>
          <tbody>
            <For each={shown().slice(0, most())}>
              {(change) => (
                <tr>
                  <td><span class={`change change-${change.kind}`}>{change.kind}</span></td><td class="change-path">{change.path}</td>
                  <td class="number">{change.before === null ? '–' : sizeText(change.before)}</td><td class="number">{change.after === null ? '–' : sizeText(change.after)}</td>
                  <td class="number">{delta(change)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </ScrolledTable>
        <Show when={shown().length > most()}>
          <p class="artifact-more"><button type="button" class="button" onClick={() => setMost(most() + kRowsAtOnce)}>More of {plural(shown().length, 'change')}</button></p>
        </Show>
      </Show>
    </section>
  );
}

function MetadataChanges(props: { before: ArtifactVersion; after: ArtifactVersion }) {
  const rows = createMemo(() => compareLeaves([props.before.metadata, props.after.metadata]).filter((row) => row.differs));
  const cell = (value: Json | undefined): string => (value === undefined ? '–' : formatJson(value));
  return (
    <section class="card" aria-label="Metadata that differ">
      <div class="card-head"><h2>Metadata</h2></div>
      <Show when={rows().length > 0} fallback={<p class="preview-none muted">The metadata are the same.</p>}>
        <ScrolledTable label="Metadata that differ">
          <thead><tr><th scope="col">Name</th><th scope="col">{props.before.version}</th><th scope="col">{props.after.version}</th></tr></thead>
          <tbody><For each={rows()}>{(row) => <tr><th scope="row">{row.name}</th><td>{cell(row.values[0])}</td><td>{cell(row.values[1])}</td></tr>}</For></tbody>
        </ScrolledTable>
      </Show>
    </section>
  );
}
