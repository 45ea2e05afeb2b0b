// Paths of files as a tree: folders with the sums of what is in them, folders first, by name.

export interface TreeFile {
  path: string;
  sizeBytes: number | null;
}

export interface TreeNode<File extends TreeFile> {
  // The last part of the path; '' is the root.
  name: string;
  path: string;
  // Null for a folder.
  file: File | null;
  children: TreeNode<File>[];
  files: number;
  sizeBytes: number;
}

export interface TreeRow<File extends TreeFile> {
  node: TreeNode<File>;
  depth: number;
  isOpen: boolean;
}

const byName = <File extends TreeFile>(a: TreeNode<File>, b: TreeNode<File>): number =>
  Number(a.file !== null) - Number(b.file !== null) || a.name.localeCompare(b.name, undefined, { numeric: true });

export function fileTree<File extends TreeFile>(files: readonly File[]): TreeNode<File> {
  const root: TreeNode<File> = { name: '', path: '', file: null, children: [], files: 0, sizeBytes: 0 };
  const folders = new Map([['', root]]);
  const folder = (path: string): TreeNode<File> => {
    const held = folders.get(path);
    if (held) return held;
    const slash = path.lastIndexOf('/');
    const made: TreeNode<File> = { name: path.slice(slash + 1), path, file: null, children: [], files: 0, sizeBytes: 0 };
    folders.set(path, made);
    folder(slash < 0 ? '' : path.slice(0, slash)).children.push(made);
    return made;
  };
  for (const file of files) {
    const slash = file.path.lastIndexOf('/');
    folder(slash < 0 ? '' : file.path.slice(0, slash)).children.push({
      name: file.path.slice(slash + 1), path: file.path, file, children: [], files: 1, sizeBytes: file.sizeBytes ?? 0,
    });
  }
  sumUp(root);
  return root;
}

function sumUp<File extends TreeFile>(node: TreeNode<File>): void {
  if (node.file) return;
  for (const child of node.children) {
    sumUp(child);
    node.files += child.files;
    node.sizeBytes += child.sizeBytes;
  }
  node.children.sort(byName);
}

// What is seen of it, line by line: `isOpen` says which folders are unfolded.
export function treeRows<File extends TreeFile>(root: TreeNode<File>, isOpen: (path: string) => boolean): TreeRow<File>[] {
  const rows: TreeRow<File>[] = [];
  const visit = (node: TreeNode<File>, depth: number): void => {
    for (const child of node.children) {
      const open = child.file === null && isOpen(child.path);
      rows.push({ node: child, depth, isOpen: open });
      if (open) visit(child, depth + 1);
    }
  };
  visit(root, 0);
  return rows;
}
