// Every page, in both themes: nothing that axe finds, and room enough on a phone. And a run that is all markup: it is
// text wherever it stands.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, openBrowser } from './browser.mjs';
import { startLogging } from './logger.mjs';
import { startTalking } from './tasks_world.mjs';

const url = process.env.TRACKER_URL;
const project = `pages & <i>more</i> ${process.pid}`;
const kMarkup = '<img src=x onerror="document.title=1"><script>document.title=2</script><a href="javascript:alert(1)">x</a>';
const kNobody = '00000000-0000-4000-8000-000000000000';

describe('every page', () => {
  let session;
  let run;
  let talking;
  const quiet = () => {
    // The browser itself tells the console of the 404s.
    const { problems } = session;
    problems.splice(0, problems.length, ...problems.filter((text) => !text.includes('404')));
    assert.deepEqual(problems, [], 'console');
  };
  const below = (part) => `/p/${encodeURIComponent(project)}${part}`;
  const pages = () => [
    ['projects', '/', 'a.project-row'], ['start', '/start', '.first-run'], ['settings', '/settings', '.settings'],
    ['charts', below(''), '.panel canvas'], ['charts, full window', below('?panel=train%2Floss'), 'dialog.full-panel canvas'],
    ['runs', below('/runs?stats=1'), '.run-statistics td'], ['compare', below('/compare'), '.diff td'],
    ['scatter', below('/compare?view=scatter'), '.canvas-plot'], ['parallel', below('/compare?view=parallel'), '.canvas-plot'],
    ['importance', below('/compare?view=importance'), '.importance, .plot-note'],
    ['run charts', `/runs/${run.id}`, '.panel canvas'], ['run overview', `/runs/${run.id}/overview`, '.json-tree'],
    ['run system', `/runs/${run.id}/system`, '.feedback, .panel'], ['run logs', `/runs/${talking.id}/logs`, '.log-line'],
    ['run diff', `/runs/${run.id}/diff`, '.diff td, .feedback'], ['run media', `/runs/${run.id}/media`, '.media-panel, .feedback'],
    ['run artifacts', `/runs/${run.id}/artifacts`, '.feedback'], ['artifacts', below('/artifacts'), '.feedback'],
    ['no such artifact', below('/artifacts/none/versions'), '[data-failure]'],
    ['no such run', `/runs/${kNobody}`, '[data-failure]'], ['no such project', '/p/nobody-has-this', '[data-failure]'], ['no such page', '/nowhere', '.feedback'],
  ];

  before(async () => {
    const logged = [];
    for (const [index, name] of [kMarkup, 'plain'].entries()) {
      const one = await startLogging({
        program: process.env.TRACKER_CLI, url, project, name, config: { '<b>key</b>': kMarkup, lr: index },
        options: ['--group', kMarkup, '--tags', kMarkup, '--notes', kMarkup, '--no-system-metrics'],
      });
      one.log(Array.from({ length: 30 }, (_, step) => ({ step, 'train/loss': 1 / (step + 1 + index), [`m/${kMarkup}`]: step })));
      await one.finish();
      logged.push(one);
    }
    [run] = logged;
    talking = await startTalking(`talk of ${project}`, kMarkup);
    talking.say(`\x1b[31m${kMarkup}\x1b[0m ${kMarkup}`);
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(async () => {
    await talking?.end();
    await session?.browser.close();
  });

  test('what a run brings along is text', async () => {
    const { page } = session;
    const answer = await page.request.get(url);
    assert.match(answer.headers()['content-security-policy'], /script-src 'self'/);
    for (const [where, path, ready] of pages()) {
      await page.goto(url + path);
      await page.locator(ready).first().waitFor();
      const found = await page.evaluate(() => ({
        made: document.querySelectorAll('img, i, b, script:not([src]), a[href^="javascript"]').length, title: document.title,
      }));
      assert.equal(found.made, 0, `${where}: markup of a run became elements`);
      assert.ok(!/^[12]$/.test(found.title), `${where}: a script of a run has run`);
    }
    await page.goto(`${url}${below('/runs')}`);
    const row = page.locator(`[data-run="${run.id}"]`);
    assert.equal(await row.locator('.run-link').textContent(), kMarkup);
    assert.equal(await row.locator('.tag').first().textContent(), kMarkup);
    await page.goto(`${url}/runs/${run.id}/overview`);
    assert.equal(await page.locator('.run-header h1').textContent(), kMarkup);
    assert.equal(await page.locator('.run-notes p').textContent(), kMarkup);
    await page.goto(`${url}/runs/${talking.id}/logs`);
    await page.locator('.log-line').getByText(kMarkup).first().waitFor();
    quiet();
  });

  for (const theme of ['light', 'dark']) {
    test(`axe finds nothing, ${theme}`, async () => {
      const { page, picture } = session;
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      for (const [where, path, ready] of pages()) {
        await page.goto(url + path);
        await page.locator(ready).first().waitFor();
        await assertAccessible(page, `${where}, ${theme}`);
        await picture(`page_${where.replace(/\W+/g, '_')}_${theme}`);
      }
      quiet();
    });
  }

  test('a phone shows every page without moving it sideways', async () => {
    const { page, picture } = session;
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 844 });
      for (const [where, path, ready] of pages()) {
        await page.goto(url + path);
        await page.locator(ready).first().waitFor();
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${where}: ${over} px too wide for ${width} px`);
        if (width === 390) await picture(`phone_${where.replace(/\W+/g, '_')}`);
      }
    }
    quiet();
  });
});
