import { expect, it } from 'vitest';
import { fileTree, treeRows } from '../../src/lib/file_tree';

const file = (path: string, sizeBytes: number | null) => ({ path, sizeBytes });

it('sums up folders, and puts them first', () => {
  const root = fileTree([file('a.txt', 1), file('dir/b.txt', 2), file('dir/deep/c.txt', 4), file('v10', 0), file('v9', null)]);
  expect(root.files).toBe(5);
  expect(root.sizeBytes).toBe(7);
  expect(root.children.map((child) => child.name)).toEqual(['dir', 'a.txt', 'v9', 'v10']);
  expect(root.children[0]).toMatchObject({ path: 'dir', files: 2, sizeBytes: 6, file: null });
  expect(root.children[0]!.children.map((child) => child.path)).toEqual(['dir/deep', 'dir/b.txt']);
});

it('shows what is unfolded', () => {
  const root = fileTree([file('dir/deep/c.txt', 4), file('dir/b.txt', 2), file('a', 1)]);
  expect(treeRows(root, () => false).map((row) => row.node.path)).toEqual(['dir', 'a']);
  const rows = treeRows(root, (path) => path === 'dir');
  expect(rows.map((row) => [row.node.path, row.depth, row.isOpen])).toEqual([['dir', 0, true], ['dir/deep', 1, false], ['dir/b.txt', 1, false], ['a', 0, false]]);
});

it('takes names that objects have for names', () => {
  const root = fileTree([file('__proto__/constructor', 1), file('toString', 1)]);
  expect(root.children.map((child) => child.path)).toEqual(['__proto__', 'toString']);
});
