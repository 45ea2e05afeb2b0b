import { expect, it } from 'vitest';
import { parsePatch } from '../../src/lib/patch';

const kPatch = `diff --git a/train.py b/train.py
index 1111111..2222222 100644
--- a/train.py
+++ b/train.py
@@ -1,4 +1,4 @@ def main():
 import torch
--- a/not/a/heading
-lr = 1e-3
+++ b/nor/this
+lr = 3e-4
 run()
@@ -9 +9,2 @@
 end
+print("done")
\\ No newline at end of file
diff --git a/old name.txt b/new name.txt
similarity index 100%
rename from old name.txt
rename to new name.txt
diff --git a/gone.sh b/gone.sh
deleted file mode 100755
--- a/gone.sh
+++ /dev/null
@@ -1 +0,0 @@
-echo
`;

it('reads files, what was added and removed in them, and lines that look like headings', () => {
  const files = parsePatch(kPatch);
  expect(files.map((file) => [file.path, file.added, file.removed])).toEqual([['train.py', 3, 2], ['new name.txt', 0, 0], ['gone.sh', 0, 1]]);
  expect(files[0]!.lines.map((line) => line.kind)).toEqual(['hunk', 'same', 'removed', 'removed', 'added', 'added', 'same', 'hunk', 'same', 'added', 'note']);
  expect(files[1]!.lines.map((line) => line.text)).toEqual(['similarity index 100%', 'rename from old name.txt', 'rename to new name.txt']);
});

it('reads what is cut, and nothing of what is no diff', () => {
  expect(parsePatch(kPatch.slice(0, kPatch.indexOf('lr = 3e-4'))).map((file) => [file.path, file.added, file.removed])).toEqual([['train.py', 2, 2]]);
  expect(parsePatch('')).toEqual([]);
  expect(parsePatch('no diff\nat all')).toEqual([]);
});

it('takes binary files as they are written', () => {
  const [file] = parsePatch('diff --git a/x.bin b/x.bin\nindex 1..2 100644\nBinary files a/x.bin and b/x.bin differ\n');
  expect(file).toEqual({ path: 'x.bin', added: 0, removed: 0, lines: [{ kind: 'note', text: 'Binary files a/x.bin and b/x.bin differ' }] });
});
