// Teams and sharing in a real browser, mostly by keyboard: what is done there is so on the server.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openBrowser } from '../dashboard/browser.mjs';
import { assertFits, caller, logIn, logRun, quietOf } from './world.mjs';

const url = process.env.TRACKER_URL;
const kProject = 'teams <b>& more</b>';
const kMembers = `members?${new URLSearchParams({ project: kProject }).toString()}`;

export function testTeams(admin) {
  const call = caller(admin);
  const quiet = quietOf(() => session);
  let session;
  const teamsOf = async () => (await call('teams')).teams;
  const alert = (text) => session.page.getByRole('alert').filter({ hasText: text }).waitFor();

  describe('teams', () => {
    before(async () => {
      session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
      await logIn(session.page, call, 'teams-admin', { server_admin: true });
      for (const name of ['kim', 'lee']) await call('users', { name });
      await call('users/lee', { disabled: true });
      await logRun(admin, kProject, 'run');
    });
    after(async () => session?.browser.close());

    test('a server without teams says what they are for; one is made and its page is an address', async () => {
      const { page } = session;
      await page.goto(`${url}/settings`);
      await page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Teams' }).click();
      await page.getByRole('heading', { name: 'No team yet' }).waitFor();
      await page.getByLabel('Name of the team').fill('Not A Name');
      await page.keyboard.press('Enter');
      assert.deepEqual(await teamsOf(), []);
      await page.getByLabel('Name of the team').fill('vision');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'vision' }).waitFor();
      assert.equal(new URL(page.url()).search, '?team=vision');
      await page.getByText('Nobody is in it yet.').waitFor();
      await page.getByText('No project is shared with it.').waitFor();
      await page.getByLabel('Name of the team').fill('vision');
      await page.keyboard.press('Enter');
      await alert('there is a team `vision` already');
      quiet();
    });

    test('users come and go, and a slip is undone', async () => {
      const { page } = session;
      const name = page.getByLabel('User to put in the team');
      for (const user of ['kim', 'lee']) {
        await name.fill(user);
        await page.keyboard.press('Enter');
        await page.getByRole('button', { name: `Take ${user} out of vision` }).waitFor();
      }
      await page.locator('.team-user').filter({ hasText: 'lee' }).getByText('disabled').waitFor();
      await name.fill('no-such-user');
      await page.keyboard.press('Enter');
      await alert('there is no user `no-such-user`');
      await page.getByRole('button', { name: 'Take kim out of vision' }).focus();
      await page.keyboard.press('Enter');
      await page.getByText('kim was taken out of vision').waitFor();
      assert.deepEqual(await teamsOf(), [{ name: 'vision', users: ['lee'], projects: [] }]);
      assert.equal(await name.evaluate((input) => document.activeElement === input), true, 'the focus is not lost');
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByRole('button', { name: 'Take kim out of vision' }).waitFor();
      assert.deepEqual(await teamsOf(), [{ name: 'vision', users: ['kim', 'lee'], projects: [] }]);
      quiet();
    });

    test('projects are shared with it in a role', async () => {
      const { page } = session;
      const ofTeam = async () => (await call(kMembers)).members.filter((one) => one.kind === 'team');
      await page.getByLabel('Project to share with the team').selectOption(kProject);
      await page.getByLabel('Role of the team').selectOption('writer');
      await page.getByRole('button', { name: 'Share', exact: true }).click();
      const role = page.getByLabel(`Role of vision in ${kProject}`);
      await role.waitFor();
      assert.equal(await role.inputValue(), 'writer');
      assert.deepEqual(await ofTeam(), [{ kind: 'team', name: 'vision', role: 'writer' }]);
      await role.selectOption('viewer');
      await page.getByText('vision is viewer of').waitFor();
      assert.deepEqual(await ofTeam(), [{ kind: 'team', name: 'vision', role: 'viewer' }]);
      assert.deepEqual(await teamsOf(), [{ name: 'vision', users: ['kim', 'lee'], projects: [{ name: kProject, role: 'viewer' }] }]);
      await page.getByRole('link', { name: 'vision', exact: false }).first().getByText('2 users · 1 project').waitFor();
      assert.equal(await page.locator('.settings b').count(), 0, 'a name became markup');
      await assertFits(session, 'teams', 'settings_teams');
      quiet();
    });

    test('what is shared with all teams is asked for once, however many projects there are', async () => {
      const { page } = session;
      const asked = [];
      const note = (request) => asked.push(new URL(request.url()).pathname);
      page.on('request', note);
      await page.reload();
      await page.getByLabel(`Role of vision in ${kProject}`).waitFor();
      page.off('request', note);
      assert.equal(asked.filter((path) => path === '/api/v1/teams').length, 1);
      assert.deepEqual(asked.filter((path) => path.startsWith('/api/v1/teams/') || path === '/api/v1/members'), []);
      quiet();
    });

    test('the sharing of a project shows its team, and changes it', async () => {
      const { page } = session;
      await page.goto(`${url}/settings/sharing?${new URLSearchParams({ project: kProject }).toString()}`);
      await page.getByLabel('Role of vision').selectOption('admin');
      await page.getByText('vision is admin of').waitFor();
      await page.getByLabel('Kind').selectOption('user');
      await page.getByLabel('Name of the user or team').fill('kim');
      await page.getByRole('button', { name: 'Share', exact: true }).click();
      await page.getByRole('button', { name: 'Remove kim' }).click();
      await page.getByText('is not shared with kim any more').waitFor();
      const { members } = await call(kMembers);
      assert.deepEqual(members.filter((one) => one.name !== 'ada'), [{ kind: 'team', name: 'vision', role: 'admin' }]);
      await assertFits(session, 'sharing', 'settings_sharing');
      quiet();
    });

    test('a list that cannot be read can be tried again', async () => {
      const { page } = session;
      await page.route('**/api/v1/teams', (route) => route.fulfill({ status: 503, contentType: 'application/json', body: '{"error":{"code":"unavailable","message":"come again"}}' }));
      await page.goto(`${url}/settings/teams`);
      await page.getByRole('heading', { name: 'The teams cannot be read' }).waitFor();
      await page.getByText('come again').waitFor();
      await page.unroute('**/api/v1/teams');
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('heading', { name: 'vision' }).waitFor();
      session.problems.splice(0, session.problems.length, ...session.problems.filter((text) => !text.includes('503')));
      quiet();
    });

    test('deletion asks, and says what goes with it', async () => {
      const { page } = session;
      await page.getByRole('button', { name: 'Delete team vision' }).click();
      const dialog = page.getByRole('dialog', { name: 'Delete team vision?' });
      await dialog.getByText('2 users are in it. They lose what they may through it alone, in 1 project').waitFor();
      await assertFits(session, 'confirmation', 'settings_confirm');
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      assert.equal((await teamsOf()).length, 1);
      await page.getByRole('button', { name: 'Delete team vision' }).press('Enter');
      await dialog.getByRole('button', { name: 'Delete the team' }).click();
      await page.getByRole('heading', { name: 'No team yet' }).waitFor();
      assert.deepEqual(await teamsOf(), []);
      assert.deepEqual((await call(kMembers)).members.filter((one) => one.kind === 'team'), []);
      assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Teams', 'the focus is not lost');
      await page.goto(`${url}/settings/teams?team=vision`);
      await page.getByRole('heading', { name: 'No team yet' }).waitFor();
      quiet();
    });
  });
}
