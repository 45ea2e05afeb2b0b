// After `vite build`: writes a .gz beside every text asset and fails when a size budget is exceeded.
// Budgets (gzip -9): what the first page needs, the scripts of a project's workspace, and everything together.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync, constants } from 'node:zlib';
import { minifySync } from 'vite';

const dist = new URL('../dist', import.meta.url).pathname;
const kEntryBudget = 45 * 1024;
const kWorkspaceBudget = 110 * 1024;
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

// A chunk by its name, what it imports statically, and their styles.
function filesOf(name) {
  const root = Object.keys(manifest).find((key) => manifest[key].name === name);
  const files = new Set();
  const visit = (key) => {
    const chunk = manifest[key];
    if (!chunk || files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const css of chunk.css ?? []) files.add(css);
    for (const imported of chunk.imports ?? []) visit(imported);
  };
  if (!root) throw new Error(`the build has no chunk ${name}`);
  visit(root);
  return files;
}

// What the pages below an address need beyond the entry: public/start.js asks for it with the first files.
const kPages = { p: 'workspace', runs: 'run_page' };
const entryFiles = filesOf('index');
const files = Object.fromEntries(Object.entries(kPages).map(([place, page]) =>
  [place, [...filesOf(page)].filter((file) => file.endsWith('.js') && !entryFiles.has(file)).map((file) => `/${file}`)]));
// Each file more is a request before the first chart.
for (const [what, found, most] of [['entry', [...entryFiles].filter((file) => file.endsWith('.js')), 1], ['workspace', files.p, 1]]) {
  if (found.length <= most) continue;
  console.error(`the ${what} is ${found.length} scripts instead of ${most} (${found.join(', ')}): name what they share in vite.config.ts`);
  process.exit(1);
}
const plain = readFileSync(join(dist, 'start.js'), 'utf8');
if (!plain.includes('const files = {};')) throw new Error('start.js has no place for the files of pages');
// Vite copies it as it is written.
const start = minifySync('start.js', plain.replace('const files = {};', `const files = ${JSON.stringify(files)};`)).code;
// Named by what is in it, like the other assets: it holds up the page until it is there, so a browser that has it must not
// ask whether it is still the same.
const startName = `assets/start-${createHash('sha256').update(start).digest('base64url').slice(0, 8)}.js`;
const index = readFileSync(join(dist, 'index.html'), 'utf8');
if (!index.includes('src="/start.js"')) throw new Error('index.html does not name start.js');
writeFileSync(join(dist, startName), start);
writeFileSync(join(dist, 'index.html'), index.replace('src="/start.js"', `src="/${startName}"`));
rmSync(join(dist, 'start.js'));

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

// One style sheet for all pages.
const styles = [...sizes.keys()].filter((name) => name.endsWith('.css'));
const entry = new Set(['index.html', startName, ...styles, ...entryFiles]);
const workspace = new Set([...entry, ...filesOf(kPages.p)]);
let entryBytes = 0;
let workspaceBytes = 0;
let totalBytes = 0;
for (const [name, bytes] of [...sizes].sort((a, b) => b[1] - a[1])) {
  totalBytes += bytes;
  if (entry.has(name)) entryBytes += bytes;
  if (workspace.has(name) && name.endsWith('.js')) workspaceBytes += bytes;
  console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB gz  ${name}${entry.has(name) ? '  (entry)' : ''}`);
}
const inKb = (bytes) => (bytes / 1024).toFixed(1);
console.log(`entry ${inKb(entryBytes)} of ${inKb(kEntryBudget)} KB, workspace's scripts ${inKb(workspaceBytes)} of ${inKb(kWorkspaceBudget)} KB, all ${inKb(totalBytes)} of ${inKb(kTotalBudget)} KB`);
if (entryBytes > kEntryBudget || workspaceBytes > kWorkspaceBudget || totalBytes > kTotalBudget) {
  console.error('size budget exceeded: load less at the start, or drop a dependency');
  process.exit(1);
}
