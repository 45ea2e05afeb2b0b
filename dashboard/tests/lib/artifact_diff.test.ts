import { describe, expect, it } from 'vitest';
import { comparablePart, comparePaths, diffFiles, type DiffedFile } from '../../src/lib/artifact_diff';

const stored = (path: string, sha256: string, sizeBytes: number): DiffedFile => ({ path, sha256, sizeBytes, url: null, checksum: null });
const reference = (path: string, url: string, checksum: string): DiffedFile => ({ path, sha256: null, sizeBytes: null, url, checksum });

describe('diffFiles', () => {
  it('finds what came, went and changed, with sizes', () => {
    const before = [stored('a', '1', 10), stored('b', '2', 20), stored('c', '3', 30), reference('r', 's3://x', 'etag:1')];
    const after = [stored('a', '1', 10), stored('b', '9', 25), stored('d', '4', 40), reference('r', 's3://x', 'etag:2')];
    expect(diffFiles(before, after)).toEqual({
      changes: [
        { kind: 'changed', path: 'b', before: 20, after: 25 }, { kind: 'removed', path: 'c', before: 30, after: null },
        { kind: 'added', path: 'd', before: null, after: 40 }, { kind: 'changed', path: 'r', before: null, after: null },
      ],
      same: 1, addedBytes: 65, removedBytes: 50,
    });
  });

  it('knows references by their address too, and a file that became one', () => {
    expect(diffFiles([reference('r', 's3://x', '')], [reference('r', 's3://y', '')]).changes).toHaveLength(1);
    expect(diffFiles([stored('a', '1', 1)], [reference('a', 'https://x/a', '')]).changes).toHaveLength(1);
  });

  it('says nothing of equal trees, and all of an empty one', () => {
    const tree = [stored('a', '1', 1), stored('b', '2', 2)];
    expect(diffFiles(tree, tree)).toMatchObject({ changes: [], same: 2 });
    expect(diffFiles([], tree).changes.map((one) => one.kind)).toEqual(['added', 'added']);
    expect(diffFiles(tree, []).removedBytes).toBe(3);
  });
});

describe('comparablePart', () => {
  const list = (paths: readonly string[], isWhole: boolean) => ({ files: paths.map((path) => stored(path, path, 1)), isWhole });
  const paths = (lists: readonly DiffedFile[][]): string[] => lists.map((files) => files.map((file) => file.path).join(''));

  it('cuts both where the shorter list ends', () => {
    expect(paths(comparablePart([list(['a', 'b'], false), list(['a', 'c', 'd'], true)]))).toEqual(['ab', 'a']);
    expect(paths(comparablePart([list(['a', 'b'], false), list(['a'], false)]))).toEqual(['a', 'a']);
    expect(paths(comparablePart([list(['a', 'b'], true), list(['z'], true)]))).toEqual(['ab', 'z']);
  });

  it('orders as bytes of UTF-8 do', () => {
    // U+FF5E comes before U+1F600 in UTF-8, and behind its surrogates in UTF-16.
    expect(comparePaths('\uFF5E', '\u{1F600}')).toBeLessThan(0);
    expect(comparePaths('a', 'ab')).toBeLessThan(0);
    expect(comparePaths('ab', 'ab')).toBe(0);
  });
});
