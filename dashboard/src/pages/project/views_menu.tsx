// The menu of saved views: the one that is opened and how the page differs from it, the others, and a name for a new one.
import { createResource, createSignal, For, Match, Show, Switch } from 'solid-js';
import { kLongestName, listDocuments, type DocumentHead } from '../../api/documents';
import { ApiError, messageOf } from '../../api/http';
import { CopyButton } from '../../components/copy';
import { Icon } from '../../components/icons';
import { formatAgo, formatDateTime } from '../../lib/format';
import { viewLink } from '../../lib/saved_view';
import { createClock } from '../../state/clock';
import { deleteWithUndo, renameDocument } from '../../state/documents';
import { held } from '../../state/held';
import { kViewerReason, type ProjectRole } from '../../state/role';
import type { OpenedView } from '../../state/saved_views';
import { toast } from '../../state/toasts';

interface Props {
  project: string;
  view: OpenedView;
  role: ProjectRole;
  close: () => void;
}

export function ViewsMenu(props: Props) {
  const [views, { refetch }] = createResource(() => props.project, (project) => listDocuments(project, 'views'));
  const reload = (): void => void refetch();
  return (
    <div class="views-menu">
      <Show when={props.view.opened()}><OpenedPart menu={props} reload={reload} /></Show>
      <Switch fallback={<p class="muted" role="status">Reading…</p>}>
        <Match when={views.error as unknown}>
          {(error) => <p role="alert">{messageOf(error())} <button type="button" class="button" onClick={reload}>Try again</button></p>}
        </Match>
        <Match when={held(views)?.length === 0}>
          <p class="muted views-none">No view is saved yet. A view keeps what the page shows: filter, order, axes, smoothing, groups, colours and panels.</p>
        </Match>
        <Match when={held(views)}>
          {(list) => (
            <ul class="views-list" aria-label="Saved views">
              <For each={list()}>{(one) => <ViewRow menu={props} head={one} reload={reload} />}</For>
            </ul>
          )}
        </Match>
      </Switch>
      <Show when={props.role.mayWrite()}><NewView view={props.view} close={props.close} reload={reload} /></Show>
      <Show when={props.role.isViewer()}><p class="faint">{kViewerReason}</p></Show>
    </div>
  );
}

function OpenedPart(props: { menu: Props; reload: () => void }) {
  const [isRefused, setRefused] = createSignal(false);
  const isChanged = () => props.menu.view.changes().length > 0;
  const update = async (whose: 'unchanged' | 'mine'): Promise<void> => {
    try {
      await props.menu.view.update(whose);
      toast({ text: `${props.menu.view.opened()?.name ?? 'The view'} was updated` });
      props.menu.close();
    } catch (error) {
      if (error instanceof ApiError && error.code === 'changed_meanwhile') setRefused(true);
      else toast({ text: `The view was not updated: ${messageOf(error)}`, kind: 'error' });
    }
    props.reload();
  };
  return (
    <section class="views-opened" aria-label="The opened view">
      <p>
        <strong class="ellipsis">{props.menu.view.opened()?.name}</strong>{' '}
        <span class="muted">{isChanged() ? `differs: ${props.menu.view.changes().join(', ')}` : 'as it was saved'}</span>
      </p>
      <Show when={isRefused() || props.menu.view.isBehind()}>
        <p role="alert" class="views-conflict">Somebody else changed this view after it was opened here.</p>
      </Show>
      <div class="views-actions">
        <Show when={props.menu.role.mayWrite() && isChanged() && !isRefused()}>
          <button type="button" class="button primary" onClick={() => void update('unchanged')}>Update view</button>
        </Show>
        <Show when={isRefused()}>
          <button type="button" class="button" onClick={() => void update('mine')}>Save mine over it</button>
        </Show>
        <Show when={isChanged() || isRefused() || props.menu.view.isBehind()}>
          <button type="button" class="button" onClick={() => { props.menu.view.reopen(); props.menu.close(); }}>Back to the view</button>
        </Show>
        <button type="button" class="button" onClick={() => { props.menu.view.close(); props.menu.close(); }}>Leave the view</button>
      </div>
    </section>
  );
}

function ViewRow(props: { menu: Props; head: DocumentHead; reload: () => void }) {
  let field!: HTMLInputElement;
  let pencil!: HTMLButtonElement;
  const now = createClock(30_000);
  const [isNaming, setNaming] = createSignal(false);
  const stop = (): void => {
    setNaming(false);
    queueMicrotask(() => pencil.focus());
  };
  const rename = async (): Promise<void> => {
    const name = field.value.trim();
    if (name === '') return;
    if (name === props.head.name) return stop();
    const renamed = await renameDocument(props.menu.project, 'views', props.head, name);
    if (!renamed) return;
    props.menu.view.told(renamed.id, renamed);
    props.reload();
  };
  const remove = (): Promise<void> => deleteWithUndo(props.menu.project, 'views', props.head, (back) => {
    if (!back) props.menu.view.told(props.head.id, null);
    props.reload();
  });
  const said = (): string => [props.head.author, formatAgo(props.head.updatedUs, now())].filter((part) => part !== '').join(' · ');
  return (
    <li class="views-row" classList={{ current: props.menu.view.opened()?.id === props.head.id }}>
      <Show when={!isNaming()} fallback={
        <form class="views-name" onSubmit={(event) => { event.preventDefault(); void rename(); }}
          onKeyDown={(event) => { if (event.key === 'Escape') { event.stopPropagation(); event.preventDefault(); stop(); } }}>
          <input ref={field} class="input" type="text" aria-label={`Name of ${props.head.name}`} value={props.head.name} maxlength={kLongestName} required autocomplete="off" />
          <button type="submit" class="button">Rename</button>
        </form>
      }>
        <a class="views-link" href={viewLink(props.menu.project, props.head.id)} aria-current={props.menu.view.opened()?.id === props.head.id ? 'true' : undefined}
          onClick={(event) => { if (!event.ctrlKey && !event.metaKey && !event.shiftKey) props.menu.close(); }}>
          <span class="ellipsis" title={props.head.name}>{props.head.name}</span>
          <span class="faint" title={formatDateTime(props.head.updatedUs)}>{said()}</span>
        </a>
        <CopyButton text={location.origin + viewLink(props.menu.project, props.head.id)} label={`Copy a link to ${props.head.name}`} icon="link" />
        <Show when={props.menu.role.mayWrite()}>
          <button ref={pencil} type="button" class="icon-button" aria-label={`Rename ${props.head.name}`} title="Rename"
            onClick={() => { setNaming(true); queueMicrotask(() => { field.focus(); field.select(); }); }}><Icon name="pencil" /></button>
          <button type="button" class="icon-button" aria-label={`Delete ${props.head.name}`} title="Delete" onClick={() => void remove()}><Icon name="trash" /></button>
        </Show>
      </Show>
    </li>
  );
}

function NewView(props: { view: OpenedView; close: () => void; reload: () => void }) {
  const [name, setName] = createSignal('');
  const [isSaving, setSaving] = createSignal(false);
  const save = async (): Promise<void> => {
    if (name().trim() === '') return;
    setSaving(true);
    try {
      const made = await props.view.saveNew(name().trim());
      toast({ text: `${made.name} was saved` });
      props.close();
    } catch (error) {
      toast({ text: `The view was not saved: ${messageOf(error)}`, kind: 'error' });
      setSaving(false);
    }
  };
  return (
    <form class="views-new" onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <input class="input" type="text" aria-label="Name of the new view" placeholder={props.view.opened() ? 'Save as a new view' : 'Name of what is shown now'} maxlength={kLongestName}
        autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} />
      <button type="submit" class="button" disabled={name().trim() === '' || isSaving()}>{props.view.opened() ? 'Save as new' : 'Save view'}</button>
    </form>
  );
}
