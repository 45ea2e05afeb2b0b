// What the run told of itself, as files: its uncommitted changes, config, environment and summary. Files that it made stand
// under Artifacts.
import { createMemo, createResource, For, Match, Show, Switch, type JSX } from 'solid-js';
import { messageOf } from '../../api/http';
import { listMedia, mediaAddress, readMediaBytes, type MediaEntry } from '../../api/media';
import type { Run } from '../../api/types';
import { EmptyState, ErrorState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { JsonTree } from '../../components/json_tree';
import { downloadText } from '../../lib/download';
import { plural } from '../../lib/format';
import { bytesOf, jsonFilesOf, kPatchKey, type JsonFile } from '../../lib/run_files';
import { held } from '../../state/held';
import { query, setQuery } from '../../state/location';
import { sizeText } from '../artifacts/parts';
import { PatchView } from './patch_view';

interface Patch {
  entry: MediaEntry;
  text: string;
}

// null: none was captured.
async function readPatch(run: string): Promise<Patch | null> {
  const [entry] = await listMedia({ run, key: kPatchKey, type: 'text', most: 1, withContent: true });
  if (!entry) return null;
  return { entry, text: typeof entry.content === 'string' ? entry.content : new TextDecoder().decode(await readMediaBytes(entry)) };
}

export function FilesTab(props: { run: Run }) {
  const [patch, { refetch }] = createResource(() => props.run.id, readPatch);
  const files = createMemo(() => jsonFilesOf(props.run));
  const isRead = () => patch.state === 'ready';
  const names = () => [...(held(patch) ? [kPatchKey] : []), ...files().map((file) => file.name)];
  const chosen = () => names().find((name) => name === query('file')) ?? (isRead() || patch.error !== undefined ? names()[0] : undefined);
  const chosenFile = () => files().find((file) => file.name === chosen());
  const isEmpty = () => isRead() && names().length === 0;
  return (
    <div class="run-body run-files">
      <Show when={!isEmpty()} fallback={
        <EmptyState icon="file" title="No files">The run told nothing of its program or machine. Where it starts in a git checkout the SDK keeps what differs from the commit.</EmptyState>
      }>
        <div class="version-files">
          <section class="card" aria-label="Files of the run">
            <div class="card-head"><h2>Files</h2><span class="faint" role="status">{isRead() ? plural(names().length, 'file') : ''}</span></div>
            <Switch>
              <Match when={patch.error as unknown}>
                {(error) => <ErrorState title="The captured changes cannot be read" message={messageOf(error())} onRetry={() => void refetch()} />}
              </Match>
              <Match when={patch.loading}><SkeletonRows count={1} kind="row" /></Match>
            </Switch>
            <ul class="file-tree">
              <Show when={held(patch)}>
                {(one) => (
                  <Row name={kPatchKey} about="changes that were not committed" size={one().entry.bytes} isChosen={chosen() === kPatchKey}>
                    <a class="icon-button" href={mediaAddress(one().entry)} download="diff.patch" aria-label={`Download ${kPatchKey}`} title="Download diff.patch"><Icon name="download" /></a>
                  </Row>
                )}
              </Show>
              <For each={files()}>{(file) => <JsonRow file={file} isChosen={chosen() === file.name} />}</For>
            </ul>
          </section>
          <div class="version-side">
            <Show when={chosen() === kPatchKey && held(patch)}>{(one) => <PatchView name={kPatchKey} text={one().text} />}</Show>
            <Show when={chosenFile()}>{(file) => <JsonTree title={file().name} value={file().value} empty="Nothing in it." />}</Show>
          </div>
        </div>
      </Show>
    </div>
  );
}

function Row(props: { name: string; about: string; size: number; isChosen: boolean; children: JSX.Element }) {
  return (
    <li class="file-row" classList={{ chosen: props.isChosen }} data-file={props.name}>
      <button type="button" class="file-name plain" aria-pressed={props.isChosen} title={`Look at ${props.name}: ${props.about}`}
        onClick={() => setQuery({ file: props.name }, 'push')}>
        <Icon name="file" /><span class="ellipsis">{props.name}</span><span class="faint ellipsis">{props.about}</span>
      </button>
      <span class="file-size faint">{sizeText(props.size)}</span>
      {props.children}
    </li>
  );
}

function JsonRow(props: { file: JsonFile; isChosen: boolean }) {
  return (
    <Row name={props.file.name} about={props.file.about} size={bytesOf(props.file.text)} isChosen={props.isChosen}>
      <button type="button" class="icon-button" aria-label={`Download ${props.file.name}`} title={`Download ${props.file.name}`}
        onClick={() => downloadText(props.file.name, props.file.text, 'application/json')}><Icon name="download" /></button>
    </Row>
  );
}
