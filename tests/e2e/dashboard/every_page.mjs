// Every page (walked_pages.mjs), in both themes: nothing that axe finds, nothing told to the console, and room enough on a
// phone. And runs, reports and views that are all markup: it is text wherever it stands.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, openBrowser } from './browser.mjs';
import { startLogging } from './logger.mjs';
import { startTalking } from './tasks_world.mjs';
import { kWalked, openWalked } from './walked_pages.mjs';

const url = process.env.TRACKER_URL;
const project = `pages & <i>more</i> ${process.pid}`;
const talks = `talk of ${project}`;
const kMarkup = '<img src=x onerror="document.title=1"><script>document.title=2</script><a href="javascript:alert(1)">x</a>';
const kDesktop = { width: 1440, height: 900 };

const pathBelow = (name) => (part) => `/p/${encodeURIComponent(name)}${part}`;

async function make(kind, name, spec) {
  const answer = await fetch(`${url}/api/v1/projects/${encodeURIComponent(project)}/${kind}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, spec }),
  });
  assert.equal(answer.status, 201, `${kind}: ${await answer.clone().text()}`);
  return (await answer.json()).id;
}

describe('every page', () => {
  let session;
  let world;
  let talking;
  // What was told to the console since the last look, but for what the page is about.
  const quiet = (where, told) => {
    const said = session.problems.splice(0).filter((text) => told === null || !told.test(text));
    assert.deepEqual(said, [], `console of ${where}`);
  };
  const open = async (one) => {
    const walked = one.of(world);
    await openWalked(session.page, url, walked);
    return walked;
  };
  const nameOf = (where) => where.replace(/\W+/g, '_');

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
    talking = await startTalking(talks, kMarkup);
    talking.say(`\x1b[31m${kMarkup}\x1b[0m ${kMarkup}`);
    world = {
      project, below: pathBelow(project), other: pathBelow(talks), run: logged[0].id, talking: talking.id,
      report: await make('reports', kMarkup, { version: 1, blocks: [
        { kind: 'markdown', text: `## What was tried\n\n${kMarkup}\n\n| rate | loss |\n|--|--:|\n| 1 | 0.02 |\n\n- [x] tried` },
        { kind: 'panels', title: kMarkup, query: 'sm=0.6', keys: ['train/loss'] }, { kind: 'later' },
      ] }),
      bare: await make('reports', 'Nothing in it', { version: 1, blocks: [] }),
      view: await make('views', kMarkup, { version: 1, page: 'charts', query: 'sm=0.5' }),
    };
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
    await page.goto(`${url}${world.below('/runs')}`);
    const row = page.locator(`[data-run="${world.run}"]`);
    assert.equal(await row.locator('.run-link').textContent(), kMarkup);
    assert.equal(await row.locator('.tag').first().textContent(), kMarkup);
    await page.goto(`${url}/runs/${world.run}/overview`);
    assert.equal(await page.locator('.run-header h1').textContent(), kMarkup);
    assert.equal(await page.locator('.run-notes p').textContent(), kMarkup);
    await page.goto(`${url}/runs/${talking.id}/logs`);
    await page.locator('.log-line').getByText(kMarkup).first().waitFor();
    await page.goto(url + world.below(`/reports/${world.report}`));
    assert.equal(await page.locator('.report-head h1').textContent(), kMarkup);
    quiet('what a run brings along', null);
  });

  for (const one of kWalked) {
    test(`${one.where}: axe finds nothing, and markup is text`, async () => {
      const { page, picture } = session;
      await page.setViewportSize(kDesktop);
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      const { told } = await open(one);
      for (const theme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
        await page.waitForFunction((wanted) => document.documentElement.dataset.theme === wanted, theme);
        await assertAccessible(page, `${one.where}, ${theme}`);
        await picture(`page_${nameOf(one.where)}_${theme}`);
      }
      const found = await page.evaluate(() => ({
        made: document.querySelectorAll('img, i, b, script:not([src]), a[href^="javascript"]').length, title: document.title,
      }));
      assert.equal(found.made, 0, 'markup became elements');
      assert.ok(!/^[12]$/.test(found.title), 'a script has run');
      quiet(one.where, told);
    });

    test(`${one.where}: a phone shows it without moving it sideways`, async () => {
      const { page, picture } = session;
      await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 390, height: 844 });
      const { told } = await open(one);
      await picture(`phone_${nameOf(one.where)}`);
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 844 });
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(over <= 0, `${over} px too wide for ${width} px`);
      }
      quiet(one.where, told);
    });
  }
});
