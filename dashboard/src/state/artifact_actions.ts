// Changes of artifacts, with what is told of them. A version that is deleted can be brought back from the note that tells
// of it, with the aliases it had.
import { deleteVersion, restoreVersion, setAlias, type ArtifactVersion } from '../api/artifacts';
import { messageOf } from '../api/http';
import { toast } from './toasts';

// What failed is said; the page stays as it was. True if it was done.
export async function attempt(what: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    toast({ text: `${what}: ${messageOf(error)}`, kind: 'error' });
    return false;
  }
}

export const ownAliases = (version: ArtifactVersion): string[] => version.aliases.filter((alias) => alias !== 'latest');

export interface DeletionEnds {
  deleted: () => void;
  // Also after a try that failed halfway.
  restored: () => void;
}

export async function deleteVersionWithUndo(version: ArtifactVersion, ends: DeletionEnds): Promise<boolean> {
  const name = `${version.name}:${version.version}`;
  const aliases = ownAliases(version);
  const done = await attempt(`${name} was not deleted`, async () => {
    await deleteVersion(version.id);
  });
  if (!done) return false;
  ends.deleted();
  const undo = async (): Promise<void> => {
    const back = await attempt(`${name} was not brought back`, async () => {
      await restoreVersion(version.id);
      for (const alias of aliases) await setAlias(version.id, alias);
    });
    if (back) toast({ text: `${name} was brought back` });
    ends.restored();
  };
  toast({
    text: aliases.length === 0 ? `${name} was deleted` : `${name} was deleted, with ${aliases.join(', ')}`,
    action: { label: 'Undo', run: () => void undo() },
  });
  return true;
}
