// From a server that nobody has a user on to one that asks: settings, login and logout in a real browser.
//   TRACKER_URL=http://… TRACKER_CLI=path/to/tracker node --test FILE
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, openBrowser } from '../dashboard/browser.mjs';
import { testAuditLog } from './audit_log.mjs';
import { testRoles } from './roles.mjs';
import { testTeams } from './teams.mjs';
import { assertFits } from './world.mjs';

const url = process.env.TRACKER_URL;
let session;
let password;
let key;

before(async () => {
  assert.ok(url, 'TRACKER_URL must name a running server that has no users');
  session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
});

after(async () => {
  await session?.browser.close();
});

// What the browser itself says of an answer 401 is expected here.
const quiet = () => assert.deepEqual(session.problems.filter((text) => !/401|HTTP Authentication failed/.test(text)), [], 'console');

test('the first user is made on the settings page, and from then on a login is asked for', async () => {
  const { page, picture } = session;
  await page.goto(`${url}/settings`);
  await page.getByRole('heading', { name: 'Nobody is asked for a key here' }).waitFor();
  await page.getByRole('link', { name: 'Make the first user' }).click();
  await page.getByLabel('Name of the user').fill('ada');
  await page.getByRole('button', { name: 'Make a user' }).click();
  password = (await page.getByLabel('Password, shown this once', { exact: true }).innerText()).trim();
  assert.equal(password.length, 20);
  key = (await page.getByLabel('API key, shown this once', { exact: true }).innerText()).trim();
  assert.match(key, /^trk_[0-9a-f]{8}-/);
  await page.reload();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  await assertAccessible(page, 'login');
  await picture('login');
  quiet();
});

test('a wrong password is told, the right one opens the page that was asked for', async () => {
  const { page, picture } = session;
  await page.getByLabel('User').fill('ada');
  await page.getByLabel('Password').fill('not it');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('the name or the password is wrong').waitFor();
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Users' }).waitFor();
  await page.getByRole('cell', { name: 'ada', exact: true }).first().waitFor();
  await assertAccessible(page, 'settings');
  await picture('settings_users');
  quiet();
});

test('a key is made, shown once and revoked', async () => {
  const { page } = session;
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByLabel('Name of the key').fill('<b>ci</b>');
  await page.getByRole('button', { name: 'Make a key' }).click();
  const made = (await page.getByLabel('API key, shown this once', { exact: true }).innerText()).trim();
  const ask = () => page.request.get(`${url}/api/v1/projects`, { headers: { authorization: `Bearer ${made}`, cookie: '' } });
  assert.equal((await ask()).status(), 200);
  await page.getByRole('button', { name: 'Revoke <b>ci</b>' }).click();
  await page.getByRole('cell', { name: 'revoked' }).waitFor();
  assert.equal((await ask()).status(), 401);
  await assertFits(session, 'keys', 'settings_keys');
  quiet();
});

test('who logs out is asked again, and the old cookie is worth nothing', async () => {
  const { page } = session;
  const cookies = await page.context().cookies();
  const [cookie] = cookies.filter((one) => one.name === 'tracker_session');
  assert.equal(cookie.httpOnly, true);
  assert.equal(cookie.sameSite, 'Strict');
  assert.equal(await page.evaluate(() => document.cookie), '');
  await page.getByRole('button', { name: 'Log out ada' }).click();
  await page.getByRole('heading', { name: 'Log in' }).waitFor();
  const answer = await fetch(`${url}/api/v1/projects`, { headers: { cookie: `tracker_session=${cookie.value}` } });
  assert.equal(answer.status, 401);
  quiet();
});

testRoles(() => key);
testTeams(() => key);
testAuditLog(() => key);
