// After `vite build`: writes a .gz beside every text asset and fails when a size budget is exceeded.
// Budgets (gzip -9): what the first page needs, and everything together.
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync, constants } from 'node:zlib';

const dist = new URL('../dist', import.meta.url).pathname;
const kEntryBudget = 45 * 1024;
const kTotalBudget = 200 * 1024;
const kCompressible = /\.(html|js|css|svg|json|txt|map)$/;

const manifestPath = join(dist, '.vite', 'manifest.json');
const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));

function filesUnder(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : [path];
  });
}

// The entry is the index page, its script, what that imports statically, and their styles.
function entryFiles() {
  const files = new Set(['index.html', 'theme.js']);
  const visit = (key) => {
    const chunk = manifest[key];
    if (!chunk || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  visit('index.html');
  return files;
}

rmSync(join(dist, '.vite'), { recursive: true });
const sizes = new Map();
for (const path of filesUnder(dist)) {
  if (!kCompressible.test(path)) {
    if (!path.endsWith('.gz')) sizes.set(relative(dist, path), statSync(path).size);
    continue;
  }
  // Level 9 without a time stamp: the same input gives the same bytes.
  const packed = gzipSync(readFileSync(path), { level: constants.Z_BEST_COMPRESSION });
  writeFileSync(`${path}.gz`, packed);
  sizes.set(relative(dist, path), packed.length);
}

const entry = entryFiles();
let entryBytes = 0;
let totalBytes = 0;
for (const [name, bytes] of [...sizes].sort((a, b) => b[1] - a[1])) {
  totalBytes += bytes;
  if (entry.has(name)) entryBytes += bytes;
  console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB gz  ${name}${entry.has(name) ? '  (entry)' : ''}`);
}
const inKb = (bytes) => (bytes / 1024).toFixed(1);
console.log(`entry ${inKb(entryBytes)} of ${inKb(kEntryBudget)} KB, all ${inKb(totalBytes)} of ${inKb(kTotalBudget)} KB`);
if (entryBytes > kEntryBudget || totalBytes > kTotalBudget) {
  console.error('size budget exceeded: load less at the start, or drop a dependency');
  process.exit(1);
}
