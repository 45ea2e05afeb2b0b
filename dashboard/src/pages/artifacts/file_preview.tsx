// One file to look at: a picture, a table, JSON, or text, of its first bytes. What the server sends as a picture or plain
// text is all that is shown; it never runs.
import { createResource, Match, onCleanup, Show, Switch } from 'solid-js';
import { fileAddress, readStart, type ArtifactFile, type ArtifactVersion } from '../../api/artifacts';
import { isObject } from '../../api/read';
import { messageOf } from '../../api/http';
import type { Json, JsonObject } from '../../api/types';
import { CopyButton } from '../../components/copy';
import { DataTable } from '../../components/data_table';
import { ErrorState, SkeletonRows } from '../../components/feedback';
import { Icon } from '../../components/icons';
import { JsonTree } from '../../components/json_tree';
import { parseCsv } from '../../lib/csv_parse';
import { extensionOf, kPreviewBytes, previewKind, textOf } from '../../lib/preview';
import type { TableData } from '../../lib/table_view';
import { held } from '../../state/held';
import { setQuery } from '../../state/location';
import { sizeText } from './parts';

type Shown =
  | { kind: 'text'; text: string }
  | { kind: 'json'; value: JsonObject }
  | { kind: 'table'; table: TableData }
  | { kind: 'none'; why: string };

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

async function read(version: string, file: ArtifactFile, signal: AbortSignal): Promise<Shown> {
  const size = file.sizeBytes ?? 0;
  const kind = previewKind(file.path);
  if (size === 0) return { kind: 'none', why: 'The file is empty.' };
  if (kind === 'none') return { kind: 'none', why: 'Files of this kind are not shown.' };
  const isCut = size > kPreviewBytes;
  const text = textOf(await readStart(version, file.path, kPreviewBytes, signal), isCut);
  if (text === null) return { kind: 'none', why: 'These bytes are no text.' };
  if (kind === 'table') {
    const { columns, rows } = parseCsv(text, extensionOf(file.path) === 'tsv' ? '\t' : ',', isCut);
    if (columns.length > 0) return { kind: 'table', table: { columns, rows } };
  }
  const value = kind === 'json' && !isCut ? parsed(text) : undefined;
  return isObject(value) ? { kind: 'json', value: value } : { kind: 'text', text };
}

export function FilePreview(props: { version: ArtifactVersion; file: ArtifactFile }) {
  const abort = new AbortController();
  onCleanup(() => abort.abort());
  const isPicture = () => props.file.url === null && previewKind(props.file.path) === 'image';
  const [shown, { refetch }] = createResource(
    () => (props.file.url === null && !isPicture() ? { id: props.version.id, file: props.file } : null),
    (one) => read(one.id, one.file, abort.signal),
  );
  const isCut = () => (props.file.sizeBytes ?? 0) > kPreviewBytes;
  const note = () => (isCut() ? `the first ${sizeText(kPreviewBytes)} of ${sizeText(props.file.sizeBytes!)}` : undefined);
  return (
    <section class="card file-preview" aria-label={`Preview of ${props.file.path}`}>
      <div class="card-head">
        <h2 class="ellipsis" title={props.file.path}>{props.file.path}</h2>
        <span class="json-space" />
        <Show when={props.file.url === null}>
          <a class="button" href={fileAddress(props.version.id, props.file.path)} download={props.file.path.split('/').at(-1)}><Icon name="download" />Download</a>
        </Show>
        <button type="button" class="icon-button" aria-label="Close the preview" onClick={() => setQuery({ file: null })}><Icon name="close" /></button>
      </div>
      <Switch fallback={<SkeletonRows count={4} kind="row" />}>
        <Match when={props.file.url}>{(url) => <Reference file={props.file} url={url()} />}</Match>
        <Match when={isPicture()}>
          <div class="preview-picture"><img src={fileAddress(props.version.id, props.file.path, true)} alt={props.file.path} /></div>
        </Match>
        <Match when={shown.error as unknown}>
          {(error) => <ErrorState title="The file cannot be read" message={messageOf(error())} onRetry={() => void refetch()} />}
        </Match>
        <Match when={held(shown)}>{(one) => <Content path={props.file.path} shown={one()} note={note()} />}</Match>
      </Switch>
    </section>
  );
}

const ofKind = <Kind extends Shown['kind']>(shown: Shown, kind: Kind): Extract<Shown, { kind: Kind }> | undefined =>
  shown.kind === kind ? (shown as Extract<Shown, { kind: Kind }>) : undefined;

function Content(props: { path: string; shown: Shown; note: string | undefined }) {
  return (
    <Switch>
      <Match when={ofKind(props.shown, 'none')}>{(none) => <p class="preview-none muted">{none().why}</p>}</Match>
      <Match when={ofKind(props.shown, 'table')}>
        {(one) => <DataTable label={props.path} table={one().table} note={props.note} />}
      </Match>
      <Match when={ofKind(props.shown, 'json')}>{(one) => <div class="preview-json"><JsonTree title="JSON" value={one().value} empty="An empty object." /></div>}</Match>
      <Match when={ofKind(props.shown, 'text')}>
        {(one) => (
          <>
            <pre class="preview-text" tabindex="0" role="region" aria-label={`Text of ${props.path}`}>{one().text}</pre>
            <Show when={props.note}><p class="preview-none faint">{props.note}</p></Show>
          </>
        )}
      </Match>
    </Switch>
  );
}

// The file lies elsewhere; the address is what an uploader said, so it is shown and never followed from here.
function Reference(props: { file: ArtifactFile; url: string }) {
  return (
    <div class="preview-none">
      <p class="muted">A reference: the file lies elsewhere and is not stored here.</p>
      <p class="reference-url"><code>{props.url}</code><CopyButton text={props.url} label="Copy the address" /></p>
      <Show when={props.file.checksum}>{(checksum) => <p class="faint">{checksum()}</p>}</Show>
    </div>
  );
}
