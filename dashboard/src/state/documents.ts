// What readers do with saved views and reports, told as it is done. A deleted one can be brought back from the note that
// tells of it: as a new one, since the server keeps none.
import { deleteDocument, getDocument, makeDocument, writeDocument, type DocumentHead, type DocumentKind, type StoredDocument } from '../api/documents';
import { messageOf } from '../api/http';
import { toast } from './toasts';

// What failed is said, and null comes back.
export async function attemptDocument<T>(what: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    toast({ text: `${what}: ${messageOf(error)}`, kind: 'error' });
    return null;
  }
}

// `changed` is told of the deletion (null), and of what was brought back.
export async function deleteWithUndo(project: string, kind: DocumentKind, head: DocumentHead, changed: (back: StoredDocument | null) => void): Promise<void> {
  const gone = await attemptDocument(`${head.name} was not deleted`, async () => {
    const whole = await getDocument(project, kind, head.id);
    await deleteDocument(project, kind, head.id);
    return whole;
  });
  if (!gone) return;
  changed(null);
  const undo = async (): Promise<void> => {
    const back = await attemptDocument(`${head.name} was not brought back`, () => makeDocument(project, kind, { name: gone.name, spec: gone.spec }));
    if (!back) return;
    toast({ text: `${head.name} was brought back` });
    changed(back);
  };
  toast({ text: `${head.name} was deleted`, action: { label: 'Undo', run: () => void undo() } });
}

// Whatever it says now keeps.
export const renameDocument = (project: string, kind: DocumentKind, head: DocumentHead, name: string): Promise<StoredDocument | null> =>
  attemptDocument(`${head.name} was not renamed`, async () => {
    const now = await getDocument(project, kind, head.id);
    return writeDocument(project, kind, head.id, now.revision, { name, spec: now.spec });
  });
