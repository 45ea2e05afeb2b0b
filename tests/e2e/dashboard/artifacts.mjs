// Artifacts in the browser: their list, versions, files, lineage and differences, what can be changed, and what hostile
// names and files do: nothing.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { kRows, makeArtifacts, makeRun, markup } from './artifact_world.mjs';
import { assertAccessible, openBrowser } from './browser.mjs';

const url = process.env.TRACKER_URL;
const program = process.env.TRACKER_CLI;
const project = `artifacts-${process.pid}`;

describe('artifacts', () => {
  let session;
  let runs;
  const quiet = () => assert.deepEqual(session.problems, [], 'console');
  // The browser itself tells the console of what was refused on purpose.
  const forget = (word) => session.problems.splice(0, session.problems.length, ...session.problems.filter((text) => !text.includes(word)));
  const go = async (path, what) => {
    await session.page.goto(url + path);
    await session.page.locator(what).first().waitFor();
  };
  before(async () => {
    runs = await makeArtifacts({ program, url, project });
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(() => session?.browser.close());

  const list = `/p/${project}/artifacts`;
  const net = `${list}/net/versions`;
  const version = (number, tab = 'files') => `${list}/net/v${number}/${tab}`;

  test('the list has each artifact under its type, and finds by name and alias', async () => {
    const { page, picture } = session;
    await go(`/p/${project}`, '.rail');
    await page.locator('.rail').getByRole('link', { name: 'Artifacts' }).click();
    const row = page.getByRole('row', { name: /^net/ });
    await row.getByRole('link', { name: 'train' }).waitFor();
    assert.deepEqual((await row.getByRole('cell').allTextContents()).slice(0, 3), ['v1', '2', 'beststable']);
    await page.getByRole('region', { name: 'Type dataset' }).waitFor();
    await assertAccessible(page, 'artifacts');
    await picture('artifacts');
    await page.keyboard.press('/');
    await page.keyboard.type('stable');
    await page.getByRole('row', { name: /^reviews/ }).waitFor({ state: 'detached' });
    assert.equal(new URL(page.url()).searchParams.get('q'), 'stable');
    await page.getByRole('searchbox', { name: /Search artifacts/ }).fill('nothing of the kind');
    await page.getByText('No artifact matches').waitFor();
    await picture('artifacts_no_match');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByLabel('Type', { exact: true }).selectOption('dataset');
    await row.waitFor({ state: 'detached' });
    quiet();
  });

  test('an artifact has its versions with names, metadata and sizes; two are compared', async () => {
    const { page, picture } = session;
    await go(net, '[data-version="v1"]');
    const row = page.locator('[data-version="v1"]');
    await row.getByRole('link', { name: 'train' }).waitFor();
    const cells = await row.getByRole('cell').allTextContents();
    assert.equal(cells[1], 'bestlateststable');
    assert.equal(cells[2], `${markup}good`);
    assert.match(cells[3], /accuracy 0\.86 · epochs 2/);
    await assertAccessible(page, 'versions');
    await picture('artifact_versions');
    for (const one of ['v0', 'v1']) await page.getByRole('checkbox', { name: `Select ${one}` }).check();
    await page.getByRole('button', { name: 'Compare' }).click();
    await page.getByRole('row', { name: /^changed config\.json/ }).waitFor();
    assert.match(page.url(), /net\/v1\/diff\?with=v0$/);
    quiet();
  });

  test('two versions differ in files and metadata, with sizes', async () => {
    const { page, picture } = session;
    await go(version(1, 'diff'), '.change');
    const rows = page.getByRole('region', { name: 'Files that differ' }).locator('tbody tr');
    const told = await rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent).join('|')));
    assert.deepEqual(told, ['changed|config.json|28 B|28 B|±0', 'added|extra.txt|–|3 B|', 'removed|log.txt|703 KiB|–|']);
    await page.getByText('7 the same').waitFor();
    assert.deepEqual(await page.getByRole('row', { name: /^accuracy/ }).getByRole('cell').allTextContents(), ['0.81', '0.86']);
    await page.getByRole('button', { name: '1 removed' }).click();
    assert.equal(await rows.count(), 2);
    await assertAccessible(page, 'version diff');
    await picture('artifact_diff');
    quiet();
  });

  test('files are a tree; each is looked at as what it is, and saved as it is', async () => {
    const { page, picture } = session;
    await go(version(0), '.file-tree');
    const open = async (name) => {
      await page.getByRole('button', { name, exact: true }).first().click();
      return page.locator('.file-preview');
    };
    assert.deepEqual(await page.locator('.file-name .ellipsis').allTextContents(), ['odd', `${markup}.txt`, 'plots', 'loss.png', 'config.json', 'drawing.svg', 'empty.txt', 'log.txt', 'model.safetensors', 'page.html', 'README.md']);
    await (await open(`${markup}.txt`)).getByText('hostile').waitFor();
    await (await open('README.md')).getByText('# A net').waitFor();
    assert.match(new URL(page.url()).searchParams.get('file'), /README/);
    await (await open('page.html')).locator('pre').getByText('<script>alert(1)</script>').waitFor();
    await (await open('drawing.svg')).locator('pre').getByText('onload').waitFor();
    await (await open('config.json')).getByRole('region', { name: 'JSON' }).getByText('layers').waitFor();
    await assertAccessible(page, 'files of a version');
    await picture('artifact_files_json');
    await (await open('empty.txt')).getByText('The file is empty.').waitFor();
    await (await open('model.safetensors')).getByText('not shown').waitFor();
    await (await open('log.txt')).getByText('the first 256 KiB of 703 KiB').waitFor();
    const shown = await open('loss.png');
    await shown.locator('img').waitFor();
    assert.equal(await shown.locator('img').evaluate((image) => image.decode().then(() => image.naturalWidth)), 40);
    await picture('artifact_files');
    const waiting = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download config.json' }).click();
    assert.equal((await readFile(await (await waiting).path())).toString(), '{"layers": 2, "name": "net"}');
    quiet();
  });

  test('a table is sorted and paged', async () => {
    const { page, picture } = session;
    await go(`${list}/reviews/raw/files?file=data.csv`, '.data-table');
    const first = page.locator('.data-table tbody tr').first();
    await page.getByRole('button', { name: 'score: sort' }).or(page.getByTitle('score: sort')).first().click();
    assert.equal(await first.textContent(), 'row 0, with comma0');
    await page.getByTitle('score: sort').click();
    assert.equal(await first.locator('td').nth(1).textContent(), String(kRows - 1));
    assert.equal(await page.locator('th[aria-sort="descending"]').count(), 1);
    await page.getByText(`1–10 of ${kRows} rows`).waitFor();
    await page.getByRole('button', { name: /^Next rows/ }).click();
    await page.getByText(`11–20 of ${kRows} rows`).waitFor();
    await assertAccessible(page, 'a table of a file');
    await picture('artifact_table');
    quiet();
  });

  test('the lineage is a graph that arrow keys walk, and a table', async () => {
    const { page, picture } = session;
    await go(version(1, 'lineage'), '.lineage-node.here');
    const labels = await page.locator('.lineage-node .ellipsis:first-child').allTextContents();
    assert.deepEqual(labels.sort(), ['net:v0', 'net:v1', 'prepare', 'reviews:v0', 'test', 'train']);
    await page.locator('.lineage-node.here').focus();
    await page.keyboard.press('ArrowLeft');
    const focused = () => page.evaluate(() => document.activeElement.textContent);
    assert.match(await focused(), /^train/);
    await page.keyboard.press('ArrowLeft');
    assert.match(await focused(), /^reviews:v0/);
    await assertAccessible(page, 'lineage');
    await picture('artifact_lineage');
    await page.getByText(/^As a table/).click();
    const rows = await page.locator('.lineage-table tbody tr').evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent).join(' ')));
    assert.deepEqual(rows.sort(), ['net:v0 made by train', 'net:v1 made by train', 'net:v1 used by test', 'reviews:v0 made by prepare', 'reviews:v0 used by test', 'reviews:v0 used by train']);
    await assertAccessible(page, 'lineage as a table');
    await page.locator('.lineage-node', { hasText: 'reviews' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'reviews:v0' }).waitFor();
    quiet();
  });

  test('a run names what it made and used', async () => {
    const { page, picture } = session;
    await go(`/runs/${runs.train}/artifacts`, '.artifact-table');
    await page.getByRole('region', { name: 'Made by the run' }).getByRole('link', { name: 'net:v1', exact: true }).waitFor();
    await page.getByRole('region', { name: 'Used by the run' }).getByRole('link', { name: 'reviews:v0', exact: true }).waitFor();
    await assertAccessible(page, 'artifacts of a run');
    await picture('run_artifacts');
    quiet();
  });

  test('aliases move, tags and descriptions change, by keyboard alone; texts stay texts', async () => {
    const { page, picture } = session;
    await go(version(0), '.chip-editor');
    await page.getByText(`first ${markup}`).waitFor();
    const chip = (name) => page.locator('.chip', { hasText: name });
    const add = async (word, text) => {
      await page.getByRole('button', { name: word, exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByLabel(`New ${word}`).waitFor();
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
      await chip(text).waitFor();
    };
    await add('alias', 'best');
    await add('tag', 'checked <b>twice</b>');
    assert.match(await page.evaluate(() => document.activeElement.textContent), /tag/);
    await page.getByRole('button', { name: 'Edit description of the version' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: 'description of the version' }).fill(`now with <script>alert(2)</script>\nand ${markup}`);
    await page.keyboard.press('Control+Enter');
    await page.locator('.editable-text', { hasText: 'now with <script>' }).waitFor();
    await assertAccessible(page, 'a version that was changed');
    await picture('artifact_changed');
    await page.getByRole('button', { name: 'Remove tag checked <b>twice</b>' }).click();
    await chip('checked').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'alias', exact: true }).click();
    await page.getByLabel('New alias').fill('v7');
    await page.keyboard.press('Enter');
    await page.locator('.toast.error', { hasText: 'The alias v7 was not set' }).waitFor();
    await page.keyboard.press('Escape');
    forget('400');
    await go(version(1), '.chip-editor');
    await chip('stable').waitFor();
    assert.equal(await chip('best').count(), 0, 'the alias points to one version');
    quiet();
  });

  test('a version is deleted and brought back with its aliases, from the note and later', async () => {
    const { page, picture } = session;
    await go(version(1), '.chip-editor');
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('net:v1 was deleted, with stable').waitFor();
    await page.locator('[data-version="v0"]').waitFor();
    assert.equal(await page.locator('[data-version="v1"]').count(), 0);
    await picture('artifact_deleted');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.locator('.chip', { hasText: 'stable' }).waitFor();
    await go(net, '[data-version="v1"]');
    await page.getByRole('button', { name: 'Delete v0' }).click();
    await page.locator('[data-version="v0"]').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Deleted', exact: true }).click();
    await page.locator('[data-version="v0"]').waitFor();
    await assertAccessible(page, 'deleted versions');
    await picture('artifact_deleted_list');
    await page.getByRole('button', { name: 'Bring back v0' }).click();
    await page.getByText('Nothing to bring back').waitFor();
    await page.getByRole('button', { name: 'Back to the versions' }).click();
    await page.locator('[data-version="v0"]').waitFor();
    quiet();
  });

  test('who may only look is offered nothing else', async () => {
    const { page, picture } = session;
    await page.route('**/api/v1/session', (route) => route.fulfill({ json: { user: { name: 'vic', server_admin: false }, csrf_token: 'x', key: null, open: false } }));
    await page.route('**/api/v1/members?*', (route) => route.fulfill({ json: { members: [], role: 'viewer' } }));
    await go(version(1), '.chip');
    assert.equal(await page.getByRole('button', { name: /^(Delete|alias|tag|Edit|Remove)/ }).count(), 0);
    await picture('artifact_viewer');
    await go(net, '[data-version="v1"]');
    assert.equal(await page.getByRole('button', { name: /^(Delete v|Bring back|Edit)/ }).count(), 0);
    await page.unroute('**/api/v1/session');
    await page.unroute('**/api/v1/members?*');
    quiet();
  });

  test('what is empty, waits or fails says so', async () => {
    const { page, picture } = session;
    await makeRun({ program, url, project }, 'lonely');
    await go(`${list}/nothing/versions`, '[data-failure]');
    await page.getByText('There is no such artifact').waitFor();
    await assertAccessible(page, 'no such artifact');
    await go(`${list}/net/v99/files`, '[data-failure]');
    await picture('artifact_unknown');
    forget('404');
    const lonely = (await (await fetch(`${url}/api/v1/runs?project=${project}&limit=1`)).json()).runs[0].id;
    await go(`/runs/${lonely}/artifacts`, '.feedback');
    await page.getByText('No artifacts').waitFor();
    let release;
    const waiting = new Promise((resolve) => (release = resolve));
    await page.route('**/files?*', async (route) => {
      await waiting;
      await route.abort();
    });
    await go(version(1), '.version-files .skeletons');
    release();
    await page.getByText('The files cannot be read').waitFor();
    await picture('artifact_failed');
    await page.unroute('**/files?*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.file-tree').waitFor();
    forget('ERR_FAILED');
    quiet();
  });

  test('dark is as accessible, and a phone has room', async () => {
    const { page, picture } = session;
    const places = [['list', list, '.artifact-table'], ['versions', net, '[data-version]'], ['files', `${version(0)}?file=plots%2Floss.png`, '.file-preview img'], ['lineage', version(1, 'lineage'), '.lineage-node'],
      ['diff', version(1, 'diff'), '.change'], ['run', `/runs/${runs.train}/artifacts`, '.artifact-table']];
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    for (const [name, path, what] of places) {
      await go(path, what);
      await assertAccessible(page, `${name}, dark`);
      await picture(`artifact_${name}_dark`);
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    for (const [name, path, what] of places) {
      await go(path, what);
      const overflow = await page.evaluate(() => document.querySelector('main').scrollWidth - document.querySelector('main').clientWidth);
      assert.ok(overflow <= 0, `${name}: ${overflow} px too wide`);
      await picture(`artifact_${name}_narrow`);
    }
    quiet();
  });
});
