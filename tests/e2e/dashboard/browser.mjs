// The browser of these tests: a page that fails on any console error, pictures, painted pixels, accessibility.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(new URL('../../../dashboard/package.json', import.meta.url));
const { chromium } = require('playwright-core');
const axe = require('axe-core');

export async function openBrowser({ folder, theme }) {
  if (folder) mkdirSync(folder, { recursive: true });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--font-render-hinting=none', '--force-color-profile=srgb'],
  });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: theme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const problems = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error.stack)));
  page.on('dialog', (dialog) => {
    problems.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const picture = async (name) => {
    if (folder) await page.screenshot({ path: join(folder, `${name}.png`) });
  };
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  return {
    browser, page, problems, picture,
    clipboard: () => page.evaluate(() => navigator.clipboard.readText()),
    // A page of somebody who has seen nothing of all this.
    another: async () => (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage(),
  };
}

// Pixels of a panel's canvas that have a colour: axes and grid are grey, lines are not.
export function paintedPixels(page, key) {
  return page.locator(`[data-key="${key}"] canvas:not(.chart-overlay)`).evaluate((canvas) => {
    // From a copy: of a canvas that is read again and again Chromium says in the console that it would rather not be.
    const { width, height } = canvas;
    const copy = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', { willReadFrequently: true });
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, width, height);
    let painted = 0;
    for (let i = 0; i < data.length; i += 4) {
      const spread = Math.max(data[i], data[i + 1], data[i + 2]) - Math.min(data[i], data[i + 1], data[i + 2]);
      if (data[i + 3] > 0 && spread > 60) painted += 1;
    }
    return painted;
  });
}

export async function waitForPixels(page, key, least) {
  await page.waitForSelector(`[data-key="${key}"] canvas:not(.chart-overlay)`);
  let painted = 0;
  for (let frame = 0; frame < 300 && painted < least; frame++) {
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    painted = await paintedPixels(page, key);
  }
  assert.ok(painted >= least, `${key}: ${painted} coloured pixels, ${least} expected`);
  return painted;
}

export async function assertAccessible(page, where) {
  // Evaluated, not added as a script: the server's policy forbids inline scripts, as it should.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  const told = violations.map((v) => `${v.impact} ${v.id}: ${v.nodes.slice(0, 3).map((n) => `${n.html} ${n.failureSummary ?? ''}`).join('\n    ')}`);
  assert.deepEqual(told, [], `accessibility of ${where}`);
}

export async function dragAcross(page, key, from, to) {
  const box = await page.locator(`[data-key="${key}"] .u-over`).boundingBox();
  await page.mouse.move(box.x + box.width * from, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
}
