// What readers come for, done with the keyboard alone, from the list of projects on: Tab, Enter, arrows, what is typed,
// and the keys that "?" tells of.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser, waitForPixels } from './browser.mjs';
import { kBest, kFailed, kRates, kSeeds, project, startTalking, talkProject, tasksWorld } from './tasks_world.mjs';

const url = process.env.TRACKER_URL;
const kMostTabs = 80;

describe('tasks by keyboard', () => {
  let session;
  let runs;
  const quiet = () => assert.deepEqual(session.problems, [], 'console');
  const press = async (...keys) => {
    for (const key of keys) await session.page.keyboard.press(key);
  };
  const type = (text) => session.page.keyboard.type(text);
  const focused = () => session.page.evaluate(() => {
    const element = document.activeElement;
    const name = element.getAttribute('aria-label') ?? element.labels?.[0]?.textContent ?? element.getAttribute('title') ?? element.textContent;
    return {
      name: name.trim(), text: (element.textContent ?? '').trim(), classes: [...element.classList].map((one) => `.${one}`),
      seen: element.matches(':focus-visible'), tag: element.tagName,
    };
  });
  // On with Tab until the focus is on what has that name or class. Everything on the way must show that it has the focus.
  async function tabTo(name, key = 'Tab') {
    for (let tabs = 0; tabs < kMostTabs; tabs++) {
      await press(key);
      const at = await focused();
      assert.ok(at.tag === 'BODY' || at.seen, `the focus on "${at.name}" cannot be seen`);
      if (name instanceof RegExp ? name.test(at.name) || name.test(at.text) : [at.name, at.text, ...at.classes].includes(name)) return;
    }
    assert.fail(`"${name}" is not among ${kMostTabs} stops of ${key}; the last was "${(await focused()).name}"`);
  }
  async function open(chord, ready, name = project) {
    const { page } = session;
    await page.goto(url);
    await page.locator('a.project-row', { hasText: name }).waitFor();
    await tabTo(new RegExp(`^${name}`));
    await press('Enter');
    await page.locator('.run-row').first().waitFor();
    await press('g', chord);
    await page.locator(ready).first().waitFor();
  }
  const openRuns = (name) => open('r', '.runs .run-link', name);
  const openCharts = async () => {
    await open('c', '.run-row');
    await waitForPixels(session.page, 'train/loss', 100);
  };
  // Through the choices of a select, as an arrow does.
  async function choose(label) {
    const { page } = session;
    for (let i = 0; i < 30; i++) {
      const now = await page.evaluate(() => document.activeElement.selectedOptions?.[0]?.textContent);
      if (now === label) return;
      await press('ArrowDown');
    }
    assert.fail(`no choice "${label}"`);
  }

  before(async () => {
    runs = await tasksWorld();
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'dark' });
  });
  after(() => session?.browser.close());

  test('find the best run', async () => {
    await openRuns();
    await tabTo(/^eval\/accuracy/);
    await press('Enter');
    await session.page.locator('.runs-row[data-run]').first().getByRole('link', { name: kBest }).waitFor();
    await press('j');
    assert.equal((await focused()).text, kBest);
    quiet();
  });

  test('see why it is better', async () => {
    const { page } = session;
    await press('Enter');
    await page.locator('.run-header').waitFor();
    await tabTo('Diff');
    await press('Enter');
    const worst = runs.find((run) => run.rate === kRates[1] && run.seed === 3);
    await page.getByRole('combobox', { name: 'Run to compare with' }).waitFor();
    await tabTo('Run to compare with');
    await press('Home');
    await choose(worst.name);
    await page.getByRole('row', { name: /^rate/ }).waitFor();
    await tabTo('Compare', 'Shift+Tab');
    await press('Enter');
    await page.locator('.compare').waitFor();
    await tabTo('Parameter importance');
    await press('Enter');
    await page.locator('.importance tbody tr').first().getByText('rate', { exact: true }).waitFor();
    quiet();
  });

  test('compare two runs', async () => {
    const { page } = session;
    await openRuns();
    await press('j');
    const first = (await focused()).text;
    await press('x', 'j');
    const second = (await focused()).text;
    await press('x');
    await page.getByText('2 runs selected').waitFor();
    await tabTo('Compare', 'Shift+Tab');
    await press('Enter');
    for (const name of [first, second]) await page.getByRole('columnheader', { name }).waitFor();
    quiet();
  });

  test('filter by a parameter', async () => {
    const { page } = session;
    await openRuns();
    await press('/');
    await type('config.rat');
    await page.getByRole('option', { name: /^config\.rate/ }).waitFor();
    await press('Enter');
    await type(' = ');
    await page.getByRole('option', { name: /^0\.001/ }).waitFor();
    await type('0.001');
    await press('Enter');
    await page.locator('.runs-tools h1').getByText(`${kSeeds.length} of`).waitFor();
    quiet();
  });

  test('group by seed', async () => {
    await openCharts();
    await tabTo('Group runs by');
    await choose('rate');
    await session.page.getByRole('status').getByText(`${kRates.length + 1} groups of`).waitFor();
    quiet();
  });

  test('smooth', async () => {
    const { page } = session;
    await openCharts();
    await tabTo('Smoothing');
    for (let i = 0; i < 8; i++) await press('ArrowRight');
    await page.locator('.smoothing output', { hasText: '0.' }).waitFor();
    assert.match(page.url(), /sm=0\./);
    quiet();
  });

  test('zoom, and share what is seen', async () => {
    const { page } = session;
    await openCharts();
    await tabTo('.line-chart');
    await press('+');
    await page.getByRole('button', { name: 'Reset zoom' }).waitFor();
    await tabTo('Copy a link to this view', 'Shift+Tab');
    await press('Enter');
    await page.getByRole('status').getByText('Copied').waitFor({ state: 'attached' });
    const shared = await session.clipboard();
    assert.match(shared, /z=/);
    const other = await session.another();
    await other.goto(shared);
    await other.getByRole('button', { name: 'Reset zoom' }).waitFor();
    await other.close();
    quiet();
  });

  test('follow the log of a run that goes on', async () => {
    const { page } = session;
    const talking = await startTalking(talkProject, 'talks-to-the-keyboard');
    for (let line = 1; line <= 100; line++) talking.say(`line ${line}`);
    await openRuns(talkProject);
    await page.getByRole('link', { name: 'talks-to-the-keyboard' }).waitFor();
    await tabTo('talks-to-the-keyboard');
    await press('Enter');
    await page.locator('.run-header').waitFor();
    await tabTo('Logs');
    await press('Enter');
    await page.getByText('line 100', { exact: true }).waitFor({ timeout: 20_000 });
    await tabTo(/^stdout of/);
    await press('PageUp', 'PageUp');
    await page.getByRole('button', { name: 'To the end' }).waitFor();
    talking.say('what came meanwhile');
    await page.getByRole('status').getByText('101 lines').waitFor({ timeout: 20_000 });
    await tabTo('To the end', 'Shift+Tab');
    await press('Enter');
    await page.getByText('what came meanwhile', { exact: true }).waitFor();
    await talking.end();
    quiet();
  });

  test('delete a run that failed, and bring it back', async () => {
    const { page } = session;
    await openRuns();
    await tabTo(/^Filter runs/);
    await type('state:failed');
    await page.locator('.runs-tools h1').getByText('1 of').waitFor();
    await tabTo(kFailed);
    await press('Delete');
    await page.getByText(`${kFailed} was deleted`).waitFor();
    await tabTo('Undo');
    await press('Enter');
    await page.getByRole('link', { name: kFailed }).waitFor();
    quiet();
  });
});
