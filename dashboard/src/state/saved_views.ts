// The saved view that a project's page shows, named in the address: opened when a link says so, compared with the page since.
import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from 'solid-js';
import { getDocument, makeDocument, writeDocument, type StoredDocument } from '../api/documents';
import { ApiError, messageOf } from '../api/http';
import { differences, kSavedParameter, readSavedName, readView, savedView, viewAddress, viewSpec, type SavedView, type ViewPage } from '../lib/saved_view';
import { addressParameters, navigate, query, setQuery } from './location';
import { toast } from './toasts';

export interface OpenedView {
  // The page waits for what a link names.
  isOpening: Accessor<boolean>;
  // As it is stored; null: none is opened.
  opened: Accessor<StoredDocument | null>;
  // What the page has otherwise.
  changes: Accessor<string[]>;
  // Somebody else changed it after it was opened here.
  isBehind: Accessor<boolean>;
  // Shows it as it is stored.
  open: (view: StoredDocument) => void;
  reopen: () => void;
  close: () => void;
  // Each throws ApiError.
  saveNew: (name: string) => Promise<StoredDocument>;
  // 'mine': over what somebody else made of it meanwhile.
  update: (whose: 'unchanged' | 'mine') => Promise<void>;
  // It was renamed or deleted by the list.
  told: (id: string, now: StoredDocument | null) => void;
}

export function createOpenedView(project: Accessor<string>, page: Accessor<ViewPage>): OpenedView {
  const [opened, setOpened] = createSignal<StoredDocument | null>(null);
  const name = createMemo(() => readSavedName(query(kSavedParameter)), undefined, { equals: (a, b) => a?.id === b?.id && a?.revision === b?.revision });
  const present = createMemo((): SavedView => savedView(page(), `?${new URLSearchParams(addressParameters.names().map((key) => [key, query(key) ?? ''])).toString()}`));
  const close = (): void => setQuery({ [kSavedParameter]: null });
  const mark = (view: StoredDocument): void => {
    setOpened(view);
    setQuery({ [kSavedParameter]: `${view.id}.${view.revision}` });
  };

  function open(view: StoredDocument, write: 'push' | 'replace' = 'push'): void {
    const says = readView(view.spec);
    if (!says) {
      toast({ text: `${view.name} cannot be read: a later dashboard may have made it`, kind: 'error' });
      close();
      return;
    }
    setOpened(view);
    navigate(viewAddress(project(), says, view.id, view.revision), write);
  }

  async function read(id: string, revision: number | null, isOver: () => boolean): Promise<void> {
    try {
      const view = await getDocument(project(), 'views', id);
      if (isOver()) return;
      if (revision === null) open(view, 'replace');
      else setOpened(view);
    } catch (error) {
      if (isOver()) return;
      const isGone = error instanceof ApiError && error.code === 'not_found';
      toast({ text: isGone ? 'There is no such view any more: it was deleted' : `The view cannot be read: ${messageOf(error)}`, kind: 'error' });
      close();
    }
  }
  createEffect(on([project, name], ([, wanted]) => {
    if (wanted === null) setOpened(null);
    else if (opened()?.id !== wanted.id || wanted.revision === null) {
      let isOver = false;
      onCleanup(() => { isOver = true; });
      void read(wanted.id, wanted.revision, () => isOver);
    }
  }));

  return {
    isOpening: () => name() !== null && name()?.revision === null,
    opened,
    changes: createMemo(() => {
      const view = opened();
      const says = view ? readView(view.spec) : null;
      return says ? differences(says, present()) : [];
    }),
    isBehind: () => opened() !== null && name() !== null && (name()?.revision ?? 0) < opened()!.revision,
    open,
    reopen: () => { if (opened()) open(opened()!); },
    close,
    saveNew: async (text) => {
      const made = await makeDocument(project(), 'views', { name: text, spec: viewSpec(present()) });
      mark(made);
      return made;
    },
    update: async (whose) => {
      const view = opened();
      if (!view) return;
      const spec = viewSpec(present());
      // Over their panels, not over their name for it.
      const over = whose === 'mine' ? await getDocument(project(), 'views', view.id) : { name: view.name, revision: name()?.revision ?? view.revision };
      mark(await writeDocument(project(), 'views', view.id, over.revision, { name: over.name, spec }));
    },
    told: (id, now) => {
      if (opened()?.id !== id) return;
      if (!now) close();
      // What others made of it before its renaming is not what this page shows.
      else if (now.revision === (name()?.revision ?? 0) + 1) mark(now);
      else setOpened(now);
    },
  };
}
