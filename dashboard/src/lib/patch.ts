// A unified diff, as git writes it (git-diff, "Generating patch text with -p"), as files and lines to be looked at. Pure.
// Lines inside a hunk are counted by its heading, so that a removed line that looks like a heading stays one. A diff may be
// cut at its end. What stands before the first file is left out.

export type PatchLineKind = 'hunk' | 'added' | 'removed' | 'same' | 'note';

export interface PatchLine {
  kind: PatchLineKind;
  // With its sign in front.
  text: string;
}

export interface PatchFile {
  // After the change; before it where the file is gone.
  path: string;
  added: number;
  removed: number;
  lines: PatchLine[];
}

const kFile = /^diff --git a\/(.*) b\/(.*)$/;
const kPath = /^(?:---|\+\+\+) [ab]\/([^\t]*)/;
const kHunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/;
const kKinds: Readonly<Record<string, PatchLineKind>> = { '+': 'added', '-': 'removed', '\\': 'note' };

export function parsePatch(text: string): PatchFile[] {
  const files: PatchFile[] = [];
  // Lines of the hunk that are still to come, of the file before and after.
  let [before, after] = [0, 0];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const line of lines) {
    const file = files.at(-1);
    if (file && (before > 0 || after > 0 || line.startsWith('\\'))) {
      const kind = kKinds[line.charAt(0)] ?? 'same';
      if (kind === 'removed' || kind === 'same') before -= 1;
      if (kind === 'added' || kind === 'same') after -= 1;
      if (kind === 'added') file.added += 1;
      if (kind === 'removed') file.removed += 1;
      file.lines.push({ kind, text: line });
      continue;
    }
    const begun = kFile.exec(line);
    if (begun) files.push({ path: begun[2]!, added: 0, removed: 0, lines: [] });
    if (begun || !file) continue;
    const hunk = kHunk.exec(line);
    if (hunk) [before, after] = [Number(hunk[1] ?? 1), Number(hunk[2] ?? 1)];
    const path = kPath.exec(line);
    if (path) file.path = path[1]!;
    else if (!line.startsWith('---') && !line.startsWith('+++') && !line.startsWith('index ')) file.lines.push({ kind: hunk ? 'hunk' : 'note', text: line });
  }
  return files;
}
