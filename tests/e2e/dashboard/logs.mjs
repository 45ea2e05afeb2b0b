// A log of a million lines: the scroll bar reaches both ends, a link leads to its line, search finds and goes on.
// Over the pages' own small server, which makes the lines as they are asked for.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { assertAccessible, openBrowser } from './browser.mjs';
import { makeWorld } from '../../../dashboard/tests/support/data.mjs';
import { startServer } from '../../../dashboard/tests/support/server.mjs';

const kLines = 1_000_000;
const lineAt = (line) => ({ line, time_us: 1.7e15 + line, text: line % 100_000 === 77 ? `\x1b[31mneedle\x1b[0m in line ${line + 1}` : `step ${line} loss 0.${line % 1000}` });
const lines = { length: kLines, slice: (from, to) => Array.from({ length: Math.max(0, Math.min(kLines, to) - from) }, (_, i) => lineAt(from + i)) };

describe('logs', () => {
  let server;
  let session;
  let logs;
  const line = (number) => session.page.locator(`.log-line[data-line="${number}"]`);
  const quiet = () => assert.deepEqual(session.problems, [], 'console');

  before(async () => {
    const runs = makeWorld(Date.now() * 1000);
    const run = runs.find((one) => one.state === 'finished');
    run.stdout = lines;
    server = await startServer({ dist: new URL('../../../dashboard/dist', import.meta.url).pathname, runs, port: 0 });
    logs = `${server.url}/runs/${run.id}/logs`;
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });
  after(async () => {
    await session?.browser.close();
    server?.close();
  });

  test('both ends of a million lines are reached', async () => {
    const { page, picture } = session;
    await page.goto(logs);
    await line(kLines).getByText(`step ${kLines - 1} `).waitFor();
    await page.locator('.logs-lines').evaluate((scroller) => (scroller.scrollTop = 0));
    await line(1).getByText('step 0 ').waitFor();
    await assertAccessible(page, 'a long log');
    await picture('logs_million');
    quiet();
  });

  test('a link leads to its line', async () => {
    const { page } = session;
    await page.goto(`${logs}?line=512345`);
    await line(512345).getByText('step 512344 ').waitFor();
    assert.ok(await line(512345).evaluate((element) => element.classList.contains('linked')));
    await line(512346).locator('.log-number').click();
    assert.match(page.url(), /line=512346/);
    quiet();
  });

  test('search finds the text behind its colours, and goes from place to place', async () => {
    const { page, picture } = session;
    await page.goto(logs);
    await line(kLines).waitFor();
    const box = page.getByRole('searchbox', { name: /Search the log/ });
    await box.fill('NEEDLE in');
    await box.press('Enter');
    await page.getByText('10 lines found').waitFor({ timeout: 60_000 });
    await box.press('Enter');
    await line(78).getByText('needle').waitFor();
    await box.press('Shift+Enter');
    await line(900_078).getByText('needle').waitFor();
    await page.getByText('10 of 10 lines found').waitFor();
    await picture('logs_search');
    quiet();
  });
});
