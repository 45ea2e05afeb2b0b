// One medium as it may be shown. Pictures, sound and video are the browser's, of kinds that cannot hold a program; texts
// are set as text; what is anything else can be saved.
import { createResource, Match, onCleanup, Show, Switch } from 'solid-js';
import { messageOf } from '../../api/http';
import { mediaAddress, readMediaBytes, type MediaEntry } from '../../api/media';
import type { Json, JsonObject } from '../../api/types';
import { isObject } from '../../api/read';
import { tableOf, type TableData } from '../../lib/table_view';
import { formatWithUnit } from '../../lib/units';
import { readPlot, refusalOf } from '../../lib/vega_plot';
import { held } from '../../state/held';
import { DataTable } from '../data_table';
import { Icon } from '../icons';
import { JsonTree } from '../json_tree';
import { PlotItem } from './plot_item';

// Those that the server sends as what they are (docs/http-api.md, Media).
const kPictures = ['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/bmp', 'image/avif'];
const kSounds = ['audio/wav', 'audio/mpeg', 'audio/ogg'];
const kVideos = ['video/mp4', 'video/webm', 'video/ogg'];
const kTexts = ['text/plain', 'text/markdown'];
// A picture this small has pixels that want to be seen.
const kSmallPicture = 96;

export const captionOf = (entry: MediaEntry): string => (typeof entry.description.caption === 'string' ? entry.description.caption : '');
const nameOf = (entry: MediaEntry): string => `${entry.key.split('/').at(-1)!}-step${entry.step}`;

// `label` says which it is, of all on the page.
export function MediaItem(props: { entry: MediaEntry; label: string }) {
  const is = (types: readonly string[]): boolean => types.includes(props.entry.contentType);
  return (
    <div class="media-item">
      <Switch fallback={<Saved entry={props.entry} />}>
        <Match when={is(kPictures)}><Picture entry={props.entry} label={props.label} /></Match>
        <Match when={is(kSounds)}><audio controls preload="metadata" src={mediaAddress(props.entry)} aria-label={props.label} /></Match>
        <Match when={is(kVideos)}><video controls preload="metadata" src={mediaAddress(props.entry)} aria-label={props.label} /></Match>
        <Match when={is(kTexts) || is(['application/json'])}><Read entry={props.entry} label={props.label} /></Match>
      </Switch>
      <Show when={captionOf(props.entry)}>{(caption) => <p class="media-caption">{caption()}</p>}</Show>
    </div>
  );
}

function Picture(props: { entry: MediaEntry; label: string }) {
  const look = (event: Event & { currentTarget: HTMLImageElement }): void => {
    const { naturalWidth, naturalHeight } = event.currentTarget;
    event.currentTarget.classList.toggle('small', Math.max(naturalWidth, naturalHeight) <= kSmallPicture);
  };
  return (
    <a href={mediaAddress(props.entry)} target="_blank" rel="noopener" title="Open the picture alone">
      <img src={mediaAddress(props.entry)} alt={captionOf(props.entry) || props.label} onLoad={look} />
    </a>
  );
}

function Saved(props: { entry: MediaEntry }) {
  const why = (): string => (props.entry.contentType === 'image/svg+xml' || props.entry.contentType === 'text/html'
    ? 'may hold a program and is not shown' : 'is not of a kind that is shown');
  return (
    <p class="media-saved">
      <span class="muted"><code>{props.entry.contentType}</code> {why()}.</span>
      <a class="button" href={mediaAddress(props.entry)} download={nameOf(props.entry)}><Icon name="download" />Save {formatWithUnit(props.entry.bytes, 'bytes', 3)}</a>
    </p>
  );
}

type Content = { kind: 'text'; text: string } | { kind: 'table'; table: TableData } | { kind: 'object'; value: JsonObject };

async function read(entry: MediaEntry, signal: AbortSignal): Promise<Content> {
  const text = new TextDecoder().decode(await readMediaBytes(entry, signal));
  if (entry.contentType !== 'application/json') return { kind: 'text', text };
  const value = JSON.parse(text) as Json;
  const table = entry.type === 'table' ? tableOf(value) : null;
  if (table) return { kind: 'table', table };
  return isObject(value) ? { kind: 'object', value: value } : { kind: 'text', text };
}

function Read(props: { entry: MediaEntry; label: string }) {
  const abort = new AbortController();
  onCleanup(() => abort.abort());
  const [content, { refetch }] = createResource(() => props.entry, (entry) => read(entry, abort.signal));
  const ofKind = <Kind extends Content['kind']>(kind: Kind): Extract<Content, { kind: Kind }> | undefined => {
    const one = held(content);
    return one?.kind === kind ? (one as Extract<Content, { kind: Kind }>) : undefined;
  };
  return (
    <Switch fallback={<div class="media-wait" role="status" aria-label="Loading" />}>
      <Match when={content.error as unknown}>
        {(error) => <div class="media-note" role="alert"><p>{messageOf(error())}</p><button type="button" class="button" onClick={() => void refetch()}>Try again</button></div>}
      </Match>
      <Match when={ofKind('table')}>{(one) => <DataTable label={props.label} table={one().table} />}</Match>
      <Match when={ofKind('text')}>{(one) => <pre class="media-text" tabindex="0" role="region" aria-label={props.label}>{one().text}</pre>}</Match>
      <Match when={ofKind('object')}>
        {(one) => (
          <>
            <Show when={props.entry.type === 'plot'}>
              <Show when={readPlot(one().value)} fallback={<p class="media-note">{refusalOf(one().value)}</p>}>
                {(plot) => <PlotItem plot={plot()} label={props.label} />}
              </Show>
            </Show>
            <div class="preview-json"><JsonTree title={props.label} value={one().value} empty="An empty object." /></div>
          </>
        )}
      </Match>
    </Switch>
  );
}
