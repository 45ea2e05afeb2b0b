// Two versions of an artifact, file by file. A file is known by its path; its content by its SHA-256, or by what is known
// of a reference.

export interface DiffedFile {
  path: string;
  sizeBytes: number | null;
  sha256: string | null;
  url: string | null;
  checksum: string | null;
}

export type ChangeKind = 'added' | 'removed' | 'changed';

export interface FileChange {
  kind: ChangeKind;
  path: string;
  // Null where there is no file on that side, or its size is not known.
  before: number | null;
  after: number | null;
}

export interface ArtifactDiff {
  changes: FileChange[];
  same: number;
  // Bytes of the files that are new or have other content, and of those that went.
  addedBytes: number;
  removedBytes: number;
}

const contentOf = (file: DiffedFile): string => file.sha256 ?? `${file.url ?? ''}\n${file.checksum ?? ''}\n${file.sizeBytes ?? ''}`;

export function diffFiles(before: readonly DiffedFile[], after: readonly DiffedFile[]): ArtifactDiff {
  const old = new Map(before.map((file) => [file.path, file]));
  const changes: FileChange[] = [];
  let [same, addedBytes, removedBytes] = [0, 0, 0];
  for (const file of after) {
    const was = old.get(file.path);
    old.delete(file.path);
    if (was && contentOf(was) === contentOf(file)) {
      same += 1;
      continue;
    }
    changes.push({ kind: was ? 'changed' : 'added', path: file.path, before: was?.sizeBytes ?? null, after: file.sizeBytes });
    addedBytes += file.sizeBytes ?? 0;
    removedBytes += was?.sizeBytes ?? 0;
  }
  for (const file of old.values()) {
    changes.push({ kind: 'removed', path: file.path, before: file.sizeBytes, after: null });
    removedBytes += file.sizeBytes ?? 0;
  }
  changes.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { changes, same, addedBytes, removedBytes };
}

// Lists that were cut by the server's order of paths can be compared up to where the shorter one ends.
export function comparablePart<File extends { path: string }>(lists: readonly { files: readonly File[]; isWhole: boolean }[]): File[][] {
  const ends = lists.filter((list) => !list.isWhole).map((list) => list.files.at(-1)?.path ?? '');
  if (ends.length === 0) return lists.map((list) => [...list.files]);
  const end = ends.reduce((a, b) => (comparePaths(a, b) < 0 ? a : b));
  return lists.map((list) => list.files.filter((file) => comparePaths(file.path, end) <= 0));
}

// By bytes of UTF-8, as the server orders them: by code points.
export function comparePaths(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const n = Math.min(left.length, right.length);
  for (let i = 0; i < n; i++) {
    const by = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (by !== 0) return by;
  }
  return left.length - right.length;
}
