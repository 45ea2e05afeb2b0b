// The files of a version as a tree, one of them to look at, and the version's metadata.
import { createMemo, createResource, createSignal, For, Match, Show, Switch } from 'solid-js';
import { fileAddress, listFiles, type ArtifactFile, type ArtifactVersion } from '../../api/artifacts';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { JsonTree } from '../../components/json_tree';
import { messageOf } from '../../api/http';
import { fileTree, treeRows, type TreeRow } from '../../lib/file_tree';
import { formatCount, plural } from '../../lib/format';
import { held } from '../../state/held';
import { query, setQuery } from '../../state/location';
import { FilePreview } from './file_preview';
import { sizeText } from './parts';

// Of one version; a search asks the server for those below a folder.
const kMostFiles = 10_000;
// Folders of a small tree are open at first.
const kOpenUpTo = 60;
const kRowsAtOnce = 500;

export function FilesTab(props: { version: ArtifactVersion }) {
  const [prefix, setPrefix] = createSignal('');
  const [list, { refetch }] = createResource(() => ({ id: props.version.id, prefix: prefix() }), (one) => listFiles(one.id, kMostFiles, one.prefix));
  const counted = (): string => {
    const one = held(list);
    return one ? `${plural(one.files.length, 'file')}${one.isWhole ? '' : ` of ${formatCount(props.version.files)}`}` : '';
  };
  const chosen = createMemo(() => held(list)?.files.find((file) => file.path === query('file')) ?? null);
  return (
    <div class="version-files">
      <section class="card" aria-label="Files">
        <div class="card-head">
          <h2>Files</h2>
          <span class="faint" role="status">{counted()}</span>
          <span class="json-space" />
          <Show when={held(list)?.isWhole === false || prefix() !== ''}>
            <div class="search">
              <Icon name="search" />
              <input class="input" type="search" placeholder="Folder or beginning" aria-label="Only paths that begin with" value={prefix()}
                onChange={(event) => setPrefix(event.currentTarget.value.trim())} />
            </div>
          </Show>
        </div>
        <Switch fallback={<SkeletonRows count={6} kind="row" />}>
          <Match when={list.error as unknown}>
            {(error) => <ErrorState title="The files cannot be read" message={messageOf(error())} onRetry={() => void refetch()} />}
          </Match>
          <Match when={held(list)?.files.length === 0}>
            <EmptyState icon="file" title={prefix() === '' ? 'No files' : 'No path begins so'}>{prefix() === '' ? 'The version is empty.' : 'Case counts.'}</EmptyState>
          </Match>
          <Match when={held(list)}>{(one) => <FileTree version={props.version} files={one().files} chosen={chosen()?.path ?? null} />}</Match>
        </Switch>
      </section>
      <div class="version-side">
        <Show when={chosen()} keyed>{(file) => <FilePreview version={props.version} file={file} />}</Show>
        <JsonTree title="Metadata" value={props.version.metadata} empty="No metadata." />
      </div>
    </div>
  );
}

function FileTree(props: { version: ArtifactVersion; files: readonly ArtifactFile[]; chosen: string | null }) {
  const [toggled, setToggled] = createSignal<ReadonlySet<string>>(new Set());
  const [most, setMost] = createSignal(kRowsAtOnce);
  const root = createMemo(() => fileTree(props.files));
  const isOpen = (path: string): boolean => (props.files.length <= kOpenUpTo || props.chosen?.startsWith(`${path}/`) === true) !== toggled().has(path);
  const rows = createMemo(() => treeRows(root(), isOpen));
  const toggle = (path: string): void => {
    setToggled((now) => new Set(now.has(path) ? [...now].filter((one) => one !== path) : [...now, path]));
  };
  return (
    <>
      <ul class="file-tree">
        <For each={rows().slice(0, most())}>
          {(row) => <FileRow row={row} version={props.version} isChosen={row.node.path === props.chosen} onToggle={() => toggle(row.node.path)} />}
        </For>
      </ul>
      <Show when={rows().length > most()}>
        <p class="artifact-more"><button type="button" class="button" onClick={() => setMost(most() + kRowsAtOnce)}>More of {formatCount(rows().length)}</button></p>
      </Show>
    </>
  );
}

function FileRow(props: { row: TreeRow<ArtifactFile>; version: ArtifactVersion; isChosen: boolean; onToggle: () => void }) {
  const node = () => props.row.node;
  const indent = () => ({ 'padding-left': `${10 + props.row.depth * 16}px` });
  return (
    <li class="file-row" classList={{ chosen: props.isChosen }}>
      <Show when={node().file} fallback={
        <button type="button" class="file-name" style={indent()} aria-expanded={props.row.isOpen} onClick={() => props.onToggle()}>
          <Icon name="chevron" /><Icon name="folder" /><span class="ellipsis">{node().name}</span><span class="faint">{formatCount(node().files)}</span>
        </button>
      }>
        <button type="button" class="file-name plain" style={indent()} aria-pressed={props.isChosen} title={`Look at ${node().path}`}
          onClick={() => setQuery({ file: props.isChosen ? null : node().path }, 'push')}>
          <Icon name={node().file!.url === null ? 'file' : 'link'} /><span class="ellipsis">{node().name}</span>
        </button>
      </Show>
      <span class="file-size faint">{node().file?.sizeBytes === null ? 'unknown' : sizeText(node().sizeBytes)}</span>
      <Show when={node().file?.sha256} fallback={<span class="file-get" />}>
        <a class="icon-button" href={fileAddress(props.version.id, node().path)} download={node().name} aria-label={`Download ${node().path}`} title={`Download ${node().name}`}><Icon name="download" /></a>
      </Show>
    </li>
  );
}
