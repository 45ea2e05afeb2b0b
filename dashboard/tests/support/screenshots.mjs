// node tests/support/screenshots.mjs DIR: pictures of every page over generated data, light, dark, empty and narrow.
// Fails on any console error. CHROMIUM names the browser.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { makeWorld } from './data.mjs';
import { startServer } from './server.mjs';

const folder = process.argv[2] ?? '/tmp/dashboard';
const only = process.argv[3] ?? '';
mkdirSync(folder, { recursive: true });
const dist = new URL('../../dist', import.meta.url).pathname;
const runs = makeWorld(Date.now() * 1000);
const full = await startServer({ dist, runs, port: 0 });
const empty = await startServer({ dist, runs: [], port: 0 });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--font-render-hinting=none', '--force-color-profile=srgb'],
});
const problems = [];

async function shoot(name, address, { theme = 'light', width = 1440, height = 900, act = null } = {}) {
  if (!name.includes(only)) return;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`${name}: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`${name}: ${error.stack}`));
  await page.goto(address);
  await page.waitForLoadState('networkidle');
  if (act) await act(page);
  await page.waitForTimeout(500);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
}

const by = (predicate) => runs.find(predicate).id;
const running = by((run) => run.state === 'running');
const crashed = by((run) => run.state === 'crashed');
const failed = by((run) => run.state === 'failed');
const long = by((run) => run.project === 'long-context');
const hover = async (page) => page.locator('[data-key="train/loss"] .u-over').hover({ position: { x: 140, y: 60 } });
const drag = async (page) => {
  const box = await page.locator('[data-key="train/loss"] .u-over').boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 6 });
  await page.mouse.up();
};

for (const theme of ['light', 'dark']) {
  await shoot(`first_run_${theme}`, empty.url, { theme });
  await shoot(`projects_${theme}`, full.url, { theme });
  await shoot(`workspace_${theme}`, `${full.url}/p/imdb`, { theme, act: hover });
  await shoot(`runs_${theme}`, `${full.url}/p/imdb/runs`, { theme });
  await shoot(`run_charts_${theme}`, `${full.url}/runs/${running}?sm=0.8`, { theme, act: async (page) => { full.tick(); await hover(page); } });
  await shoot(`run_overview_${theme}`, `${full.url}/runs/${crashed}/overview`, { theme });
  await shoot(`run_system_${theme}`, `${full.url}/runs/${running}/system`, { theme });
  await shoot(`run_logs_${theme}`, `${full.url}/runs/${running}/logs`, { theme });
  await shoot(`long_${theme}`, `${full.url}/runs/${long}`, { theme });
}
const rowOf = (page, n) => page.locator('.runs-row[data-run]').nth(n);
const edit = (name) => async (page) => {
  await rowOf(page, 1).hover();
  await rowOf(page, 1).getByRole('button', { name }).click();
};
for (const theme of ['light', 'dark']) {
  await shoot(`edit_tags_${theme}`, `${full.url}/p/imdb/runs`, { theme, act: edit(/^Edit the tags/) });
  await shoot(`edit_notes_${theme}`, `${full.url}/runs/${crashed}`, { theme, act: (page) => page.getByRole('button', { name: /^(Edit the|Add) notes/ }).click() });
  await shoot(`bulk_${theme}`, `${full.url}/p/imdb/runs`, { theme, act: async (page) => {
    for (const n of [0, 1, 2]) await rowOf(page, n).getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Tags', exact: true }).click();
  } });
  await shoot(`colors_${theme}`, `${full.url}/p/sst2-sweep?by=config.learning_rate`, { theme, act: (page) => page.locator('.color-button').nth(2).click() });
}
await shoot('edit_name', `${full.url}/p/imdb/runs`, { act: edit(/^Rename/) });
await shoot('project_not_found', `${full.url}/p/none`, {});
await shoot('long_zoom', `${full.url}/runs/${long}`, { act: drag });
await shoot('long_smoothed', `${full.url}/runs/${long}?sm=0.95&log=train%2Floss`, {});
await shoot('nan', `${full.url}/runs/${failed}?log=train%2Fgrad_norm`, {});
await shoot('sweep', `${full.url}/p/sst2-sweep?x=relative`, { theme: 'dark', act: hover });
await shoot('full_panel', `${full.url}/p/imdb?panel=train%2Floss&sm=0.9`, {});
await shoot('not_found', `${full.url}/runs/none`, {});
await shoot('no_match', `${full.url}/p/imdb/runs?q=nothing`, {});
await shoot('panel_table', `${full.url}/p/imdb`, { act: (page) => hover(page).then(() => page.locator('[data-key="train/loss"] [title="Show as a table"]').click()) });
await shoot('reconnecting', `${full.url}/runs/${running}`, { act: (page) => page.routeWebSocket('**/live', (socket) => socket.close()).then(() => full.dropSockets()) });
await shoot('columns', `${full.url}/p/imdb/runs`, { act: (page) => page.getByRole('button', { name: 'Columns' }).click() });
for (const [name, path] of [['workspace', '/p/imdb'], ['runs', '/p/imdb/runs'], ['run', `/runs/${running}`], ['overview', `/runs/${crashed}/overview`], ['logs', `/runs/${running}/logs`], ['projects', '/']]) {
  await shoot(`narrow_${name}`, full.url + path, { width: 390, height: 844 });
}
await browser.close();
full.close();
empty.close();
const unexpected = problems.filter((problem) => !/^(not_found|project_not_found|reconnecting): (Failed to load resource|WebSocket)/.test(problem));
for (const problem of unexpected) console.error(problem);
process.exitCode = unexpected.length > 0 ? 1 : 0;
