// Writes a report. Saved only over the revision that it was made of: if somebody else saved meanwhile, or deleted it, the
// writer is told and decides, and nothing that was written is lost.
import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from 'solid-js';
import { bytesOver, getDocument, kLongestName, kMostSpecBytes, makeDocument, writeDocument, type StoredDocument } from '../../api/documents';
import { ApiError, messageOf } from '../../api/http';
import { formatAgo, formatCount, plural } from '../../lib/format';
import { readReport } from '../../lib/report';
import { reportPath } from '../../lib/route';
import { createClock } from '../../state/clock';
import { navigate, setQuery } from '../../state/location';
import { toast } from '../../state/toasts';
import { AddBlock } from './block_frame';
import { createDraft, dropDraft, heldDraft, holdDraft, type Draft } from './draft';
import { ReportBlocks } from './report_blocks';


// What stands in the way: what somebody else saved, or null where it was deleted.
interface Conflict {
  theirs: StoredDocument | null;
}

export function ReportEditor(props: { project: string; report: StoredDocument; saved: (now: StoredDocument) => void }) {
  const [draft, setDraft] = createSignal(heldDraft(props.project, props.report.id) ?? createDraft(props.report));
  const [conflict, setConflict] = createSignal<Conflict | null>(null);
  const [isSaving, setSaving] = createSignal(false);
  const isChanged = createMemo(() => draft().isChanged());
  const isNamed = () => draft().name().trim() !== '';
  // Bytes that are too many.
  const over = createMemo(() => bytesOver(draft().spec()));
  const maySave = () => isNamed() && over() === 0 && !isSaving();
  createEffect(on(draft, (now) => holdDraft(props.project, now)));
  onCleanup(() => { if (!draft().isChanged()) dropDraft(props.project, draft().base().id); });

  const written = () => ({ name: draft().name().trim(), spec: draft().spec() });

  async function meet(error: unknown): Promise<void> {
    const code = error instanceof ApiError ? error.code : 'internal';
    if (code !== 'changed_meanwhile' && code !== 'not_found') {
      toast({ text: `The report was not saved: ${messageOf(error)}`, kind: 'error' });
      return;
    }
    try {
      setConflict({ theirs: code === 'not_found' ? null : await getDocument(props.project, 'reports', draft().base().id) });
    } catch (failed) {
      if (failed instanceof ApiError && failed.code === 'not_found') setConflict({ theirs: null });
      else toast({ text: `The report was not saved, for somebody changed it meanwhile, and theirs cannot be read: ${messageOf(failed)}`, kind: 'error' });
    }
  }
  // True if it is saved now.
  async function save(revision = draft().base().revision): Promise<boolean> {
    if (isSaving()) return false;
    if (!isChanged() && conflict() === null) return true;
    if (!maySave()) return false;
    setSaving(true);
    try {
      const text = written();
      const mine = draft();
      const now = await writeDocument(props.project, 'reports', mine.base().id, revision, text);
      // What was typed while it was sent stays, as a change.
      mine.rebase(now, text.spec);
      setConflict(null);
      props.saved(now);
      toast({ text: `${now.name} was saved` });
      return true;
    } catch (error) {
      await meet(error);
      return false;
    } finally {
      setSaving(false);
    }
  }
  async function saveAsNew(): Promise<void> {
    try {
      const text = written();
      const made = await makeDocument(props.project, 'reports', { ...text, name: `${text.name} (mine)`.slice(0, kLongestName) });
      draft().rebase(draft().base(), text.spec);
      dropDraft(props.project, draft().base().id);
      toast({ text: `${made.name} was saved` });
      navigate(reportPath(props.project, made.id));
    } catch (error) {
      toast({ text: `The report was not saved: ${messageOf(error)}`, kind: 'error' });
    }
  }
  // Takes what is stored; what was written can be had back from the note.
  function discard(now: StoredDocument): void {
    const mine = draft();
    setConflict(null);
    setDraft(createDraft(now));
    props.saved(now);
    toast({ text: 'Your changes were thrown away', action: { label: 'Undo', run: () => {
      holdDraft(props.project, mine);
      setDraft(mine);
      setQuery({ edit: '1' });
    } } });
  }
  const done = async (): Promise<void> => { if (await save()) setQuery({ edit: null }, 'push'); };

  onMount(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return;
      event.preventDefault();
      void save();
    };
    addEventListener('keydown', onKey);
    onCleanup(() => removeEventListener('keydown', onKey));
  });
  return (
    <article class="page report writing" aria-label={`Writing ${props.report.name}`}>
      <header class="report-bar">
        <h1 class="visually-hidden">Writing {props.report.name}</h1>
        <input class="input report-name-field" type="text" aria-label="Title of the report" value={draft().name()} maxlength={kLongestName} required
          aria-invalid={!isNamed()} onInput={(event) => draft().setName(event.currentTarget.value)} />
        <span class="faint report-state" role="status">{!isNamed() ? 'A report needs a title.' : over() > 0 ? 'Too long' : isSaving() ? 'Saving…' : isChanged() ? 'Not saved' : 'Saved'}</span>
        <Show when={isChanged() && conflict() === null}><button type="button" class="button" disabled={isSaving()} onClick={() => discard(props.report)}>Discard changes</button></Show>
        <button type="button" class="button" title="Save (Ctrl S)" disabled={!isChanged() || !maySave()} onClick={() => void save()}>Save</button>
        <button type="button" class="button primary" disabled={isSaving() || (isChanged() && !maySave())} onClick={() => void done()}>Done</button>
      </header>
      <Show when={conflict()}>
        {(what) => <ConflictNote project={props.project} id={draft().base().id} theirs={what().theirs} saveOver={(revision) => void save(revision)} saveAsNew={() => void saveAsNew()} takeTheirs={discard} />}
      </Show>
      <Show when={over() > 0}>
        <p class="report-note"><span><strong>{plural(over(), 'byte')} too long.</strong> A report has room for {formatCount(kMostSpecBytes)}. Shorten it, or put a part into another report.</span></p>
      </Show>
      <Show when={readReport(draft().base().spec).state === 'broken'}><p class="report-note" role="alert">What the server keeps of this report cannot be read. Saving replaces it.</p></Show>
      <Written project={props.project} draft={draft()} />
    </article>
  );
}

function Written(props: { project: string; draft: Draft }) {
  return (
    <>
      <Show when={props.draft.blocks().length === 0}><p class="muted">A report is made of blocks of text and of charts. Begin with one:</p></Show>
      <AddBlock draft={props.draft} at={0} />
      <Show when={props.draft} keyed>{(draft) => <ReportBlocks project={props.project} draft={draft} writing />}</Show>
    </>
  );
}

function ConflictNote(props: {
  project: string;
  id: string;
  theirs: StoredDocument | null;
  saveOver: (revision: number) => void;
  saveAsNew: () => void;
  takeTheirs: (theirs: StoredDocument) => void;
}) {
  const now = createClock(10_000);
  const who = (theirs: StoredDocument): string => `${theirs.author === '' ? 'Somebody else' : `${theirs.author} or somebody else`} saved this report ${formatAgo(theirs.updatedUs, now())}, while you were writing.`;
  return (
    <div class="report-note conflict" role="alert">
      <span>
        <strong>Not saved.</strong>{' '}
        <Show when={props.theirs} fallback="This report was deleted while you were writing.">{(theirs) => who(theirs())}</Show>{' '}
        What you wrote is still here.
      </span>
      <Show when={props.theirs}>
        {(theirs) => (
          <>
            <a class="button" href={reportPath(props.project, props.id)} target="_blank" rel="noopener">See theirs</a>
            <button type="button" class="button" onClick={() => props.saveOver(theirs().revision)}>Save mine over it</button>
            <button type="button" class="button" onClick={() => props.takeTheirs(theirs())}>Take theirs</button>
          </>
        )}
      </Show>
      <button type="button" class="button" onClick={() => props.saveAsNew()}>Save mine as a new report</button>
    </div>
  );
}
