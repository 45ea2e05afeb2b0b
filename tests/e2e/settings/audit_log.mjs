// The audit log in a real browser: who did what, filtered, whole, as a file; and what strangers wrote is text.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../dashboard/browser.mjs';
import { assertFits, caller, logIn, logRun, quietOf } from './world.mjs';

const url = process.env.TRACKER_URL;
const kProject = 'audited';
const kMarkup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
const kFormula = '=HYPERLINK("http://127.0.0.1")';
// More than the pages that are read at once.
const kMany = 1400;
const kAtOnce = 20;

export function testAuditLog(admin) {
  const call = caller(admin);
  const quiet = quietOf(() => session);
  let session;
  const row = (action) => session.page.locator('.audit-row').filter({ hasText: action });
  const status = (text) => session.page.locator('.audit-state').getByText(text).waitFor();

  describe('the audit log', () => {
    before(async () => {
      session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
      await logIn(session.page, call, 'auditor', { server_admin: true });
      await logRun(admin, kProject, 'run');
      await logRun(admin, kMarkup, 'run');
      for (const name of [kMarkup, kFormula, 'turned \u202egnp.exe']) await call('api-keys', { name });
      const wrong = await fetch(`${url}/api/v1/session`, {
        method: 'POST', body: JSON.stringify({ user: 'auditor', password: 'not it' }), headers: { 'content-type': 'application/json' },
      });
      assert.equal(wrong.status, 401);
      await call('users', { name: 'mallory' });
      await call(`members?${new URLSearchParams({ project: kMarkup }).toString()}`, { name: 'mallory', role: 'viewer' });
    });
    after(async () => session?.browser.close());

    test('newest first, and an entry whole, by keyboard', async () => {
      const { page } = session;
      await page.goto(`${url}/settings/audit`);
      const first = page.locator('.audit-row').first();
      await first.getByText('shared a project').waitFor();
      assert.equal(await first.locator('.audit-who').textContent(), 'ada');
      assert.equal(await first.locator('.audit-target').textContent(), kMarkup);
      assert.equal(await first.locator('.audit-text').textContent(), 'user mallory as viewer');
      await first.getByRole('button').focus();
      await page.keyboard.press('ArrowDown');
      const second = page.locator('.audit-row').nth(1);
      assert.equal(await second.getByRole('button').evaluate((one) => document.activeElement === one), true);
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: /Entry \d+/ });
      await dialog.getByText('made a user (user.create)').waitFor();
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      assert.equal(await second.getByRole('button').evaluate((one) => document.activeElement === one), true);
      await assertFits(session, 'audit log', 'settings_audit');
      await first.click();
      await dialog.waitFor();
      await assertFits(session, 'an entry of the audit log', 'settings_audit_entry');
      await page.keyboard.press('Escape');
      quiet();
    });

    test('what strangers wrote is text, and what would turn it is seen', async () => {
      const { page } = session;
      await row('turned').getByText('\\u{202e}gnp.exe').waitFor();
      await row(kFormula).first().waitFor();
      const found = await page.evaluate(() => ({ made: document.querySelectorAll('.settings img, .settings script').length, title: document.title }));
      assert.deepEqual(found, { made: 0, title: 'Audit log · Settings · Tracker' });
      quiet();
    });

    test('the filter is in the address, and goes back to all', async () => {
      const { page, picture } = session;
      await page.getByLabel('Who').fill('NOBODY');
      await page.getByLabel('Deed').selectOption('login.*');
      await row('shared').first().waitFor({ state: 'detached' });
      await row('failed to log in').first().waitFor();
      assert.equal(await row('shared').count(), 0);
      assert.equal(new URL(page.url()).search, '?deed=login.*&who=NOBODY');
      await picture('settings_audit_filtered');
      await page.reload();
      await row('failed to log in').first().waitFor();
      assert.equal(await page.getByLabel('Deed').inputValue(), 'login.*');
      await page.getByRole('button', { name: 'Clear' }).click();
      await row('shared a project').first().waitFor();
      await page.getByLabel('To what, or in its detail').fill('mallory');
      await status('2 found');
      await page.goto(`${url}/settings/audit?until=2020-01-01`);
      await page.getByRole('heading', { name: 'No entry matches' }).waitFor();
      await page.goto(`${url}/settings/audit?since=2020-01-01`);
      await row('shared a project').first().waitFor();
      quiet();
    });

    test('a long log is read as far as it is looked at, and found to its first entry', async () => {
      const { page } = session;
      for (let from = 0; from < kMany; from += kAtOnce) {
        await Promise.all(Array.from({ length: kAtOnce }, (_, i) =>
          call(`members?project=${kProject}`, { name: 'mallory', role: (from + i) % 2 === 0 ? 'viewer' : 'writer' })));
      }
      await page.goto(`${url}/settings/audit`);
      await status('200 entries so far');
      assert.ok(await page.locator('.audit-row').count() < 80, 'only the rows near the window are there');
      for (let last = -1, rows = 0; rows !== last;) {
        last = rows;
        rows = await page.locator('.audit-scroll').evaluate(async (scroller) => {
          scroller.scrollTop = scroller.scrollHeight;
          for (let frame = 0; frame < 40; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
          return scroller.scrollHeight;
        });
      }
      await status(/^1,\d{3} entries$/);
      const oldest = page.locator('[data-entry]').last();
      assert.match(await oldest.textContent(), /made (a user|an API key).*ada/);
      await page.goto(`${url}/settings/audit?deed=user.rescue`);
      await page.getByRole('heading', { name: 'No entry matches' }).waitFor();
      quiet();
    });

    test('what cannot be read is said, and tried again', async () => {
      const { page } = session;
      await page.route('**/api/v1/audit?*', (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":"unavailable","message":"come again"}}' }));
      await page.goto(`${url}/settings/audit?who=auditor`);
      const again = page.getByRole('button', { name: 'Try again' });
      await page.getByText('come again').waitFor();
      await page.unroute('**/api/v1/audit?*');
      await again.click();
      await row('logged in').first().waitFor();
      session.problems.splice(0, session.problems.length, ...session.problems.filter((text) => !text.includes('503')));
      quiet();
    });

    test('the file has all that was found, and starts no formula', async () => {
      const { page } = session;
      await page.goto(`${url}/settings/audit?deed=key.create`);
      await row('made an API key').first().waitFor();
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save as CSV' }).click()]);
      assert.match(file.suggestedFilename(), /^audit-log-\d{4}-\d\d-\d\d\.csv$/);
      const text = await readFile(await file.path(), 'utf8');
      const lines = text.trim().split('\r\n');
      assert.equal(lines[0], 'no,time,actor,key,address,request_id,action,target,detail');
      assert.ok(lines.slice(1).every((line) => line.includes(',key.create,')));
      assert.ok(lines.at(-1).includes(',ada,'), 'to the first entry');
      const [formula] = lines.filter((line) => line.includes('HYPERLINK'));
      assert.ok(!/,"?=/.test(formula), formula);
      assert.ok(text.includes('\u202e'), 'as it is');
      quiet();
    });
  });
}
