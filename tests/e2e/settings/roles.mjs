// What those see who may not do everything: a viewer, somebody whom a project is not shared with, and a server admin.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, openBrowser } from '../dashboard/browser.mjs';
import { caller, logIn, logRun, quietOf } from './world.mjs';

const url = process.env.TRACKER_URL;
const project = 'shared';

// `admin`: gives the API key of a server admin once there is one.
export function testRoles(admin) {
  let session;
  let run;
  const call = caller(admin);
  const quiet = quietOf(() => session);

  test('a project with a run is there', async () => {
    run = await logRun(admin, project, 'run', ['--tags', 'kept']);
    session = await openBrowser({ folder: process.env.SCREENSHOTS, theme: 'light' });
  });

  test('who may not see it is told that there is nothing', async () => {
    const { page, picture } = session;
    await logIn(page, call, 'eve');
    for (const [path, title] of [[`/p/${project}`, 'There is no such project'], [`/p/${project}/runs`, 'There is no such project'], [`/runs/${run}`, 'There is no such run']]) {
      await page.goto(url + path);
      await page.getByRole('heading', { name: title }).waitFor();
      await page.getByRole('link', { name: 'All projects', exact: true }).waitFor();
      await assertAccessible(page, title);
    }
    await picture('role_none');
    quiet();
  });

  test('a viewer sees everything, is told what they may, and is offered no more', async () => {
    const { page, picture } = session;
    await call(`members?project=${project}`, { name: 'eve', role: 'viewer' });
    await page.goto(`${url}/p/${project}/runs`);
    await page.getByText('View only').waitFor();
    await page.getByRole('checkbox', { name: 'Select run' }).check();
    await page.getByRole('button', { name: 'Compare' }).waitFor();
    for (const name of ['Delete', 'Tags', 'Group']) assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name);
    await page.getByRole('link', { name: 'run', exact: true }).focus();
    for (const key of ['e', 't', 'n', 'Delete']) await page.keyboard.press(key);
    assert.equal(await page.locator('.edit-button, .edit-box').count(), 0);
    await assertAccessible(page, 'runs of a viewer');
    await picture('role_viewer');
    await page.goto(`${url}/runs/${run}`);
    await page.locator('.run-header').getByText('View only').waitFor();
    assert.equal(await page.locator('.edit-button').count(), 0);
    await page.goto(`${url}/settings/sharing`);
    await page.getByRole('combobox', { name: 'Project to share' }).selectOption(project);
    await page.getByText('An admin of the project can share it').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Share', exact: true }).count(), 0);
    assert.equal((await (await fetch(`${url}/api/v1/runs/${run}`, { headers: { authorization: `Bearer ${admin()}` } })).json()).name, 'run');
    quiet();
  });

  test('who is no server admin is told whose pages these are, and nothing is asked for them', async () => {
    const { page, picture } = session;
    const asked = [];
    const note = (request) => asked.push(new URL(request.url()).pathname);
    page.on('request', note);
    for (const [tab, title] of [['users', 'The list of users'], ['teams', 'The list of teams'], ['audit', 'The audit log']]) {
      await page.goto(`${url}/settings/${tab}`);
      await page.getByRole('heading', { name: `${title} is for server admins` }).waitFor();
      assert.equal(await page.getByRole('navigation', { name: 'Settings' }).getByRole('link').count(), 3);
      await assertAccessible(page, `${tab}, not allowed`);
    }
    await picture('settings_not_allowed');
    page.off('request', note);
    assert.deepEqual(asked.filter((path) => /\/(users|teams|audit)$/.test(path) && path.startsWith('/api/')), []);
    quiet();
  });

  test('a viewer reads reports and opens views, and is offered no change of them', async () => {
    const { page, picture } = session;
    const said = { kind: 'markdown', text: 'It works.' };
    const report = await call(`projects/${project}/reports`, { name: 'Of others', spec: { version: 1, blocks: [said] } });
    await call(`projects/${project}/views`, { name: 'Smooth', spec: { version: 1, page: 'charts', query: 'sm=0.5' } });
    await page.goto(`${url}/p/${project}/reports`);
    await page.getByRole('link', { name: 'Of others' }).waitFor();
    for (const name of ['New report', 'Delete Of others']) assert.equal(await page.getByRole('button', { name }).count(), 0, name);
    // The address of the editor shows what may be seen.
    await page.goto(`${url}/p/${project}/reports/${report.id}?edit=1`);
    await page.getByText('It works.').waitFor();
    for (const name of ['Edit', 'Save', 'Delete this report']) assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name);
    await assertAccessible(page, 'a report for a viewer');
    await page.goto(`${url}/p/${project}`);
    await page.getByRole('button', { name: 'Views', exact: true }).click();
    await page.getByText('You may look at this project').waitFor();
    for (const name of ['Rename Smooth', 'Delete Smooth', 'Save view']) assert.equal(await page.getByRole('button', { name }).count(), 0, name);
    await assertAccessible(page, 'views of a viewer');
    await picture('role_viewer_views');
    await page.getByRole('link', { name: /^Smooth/ }).click();
    await page.getByRole('button', { name: 'View: Smooth', exact: true }).waitFor();
    assert.match(page.url(), /sm=0\.5/);
    await page.locator('[data-key="loss"]').hover();
    await page.getByRole('button', { name: 'Export loss' }).click();
    assert.equal(await page.getByRole('button', { name: 'Add to a report…' }).count(), 0);
    quiet();
  });

  test('a writer changes it', async () => {
    const { page } = session;
    await call(`members?project=${project}`, { name: 'eve', role: 'writer' });
    await page.goto(`${url}/runs/${run}`);
    await page.getByRole('button', { name: 'Rename run' }).click();
    await page.getByRole('textbox', { name: 'Name of run' }).fill('mine');
    await page.keyboard.press('Enter');
    await page.getByText('Name of run changed').waitFor();
    quiet();
  });

  test('a role that is taken away meanwhile is told where it is missed', async () => {
    const { page } = session;
    await call(`members?project=${project}`, { name: 'eve', role: 'viewer' });
    await page.getByRole('button', { name: 'Rename mine' }).click();
    await page.getByRole('textbox', { name: 'Name of mine' }).fill('never');
    await page.keyboard.press('Enter');
    await page.getByText(/Name of mine not changed: this takes the role writer/).waitFor();
    await page.getByRole('heading', { name: 'mine' }).waitFor();
    quiet();
  });

  test('a session that has ended is a login, and then the page again', async () => {
    const { page } = session;
    await page.context().clearCookies();
    await page.goto(`${url}/runs/${run}`);
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
    await session.browser.close();
  });
}
