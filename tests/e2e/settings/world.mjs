// What the tests of the settings share: requests as a server admin, and a login in the browser.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { assertAccessible } from '../dashboard/browser.mjs';

const url = process.env.TRACKER_URL;

// `admin`: gives the API key of a server admin once there is one.
export const caller = (admin) => async (path, body, method = body === undefined ? 'GET' : 'POST') => {
  const answer = await fetch(`${url}/api/v1/${path}`, {
    method, body: body === undefined ? undefined : JSON.stringify(body), headers: { authorization: `Bearer ${admin()}`, 'content-type': 'application/json' },
  });
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
};

// A finished run of two points; its id.
export async function logRun(admin, project, name, options = []) {
  const child = spawn(process.env.TRACKER_CLI, ['log', '--server', url, '--project', project, '--name', name, '--no-system-metrics', ...options],
    { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, TRACKER_API_KEY: admin() } });
  child.stdin.end('{"step":0,"loss":1}\n{"step":1,"loss":0.5}\n');
  const [out] = await once(child.stdout, 'data');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  return /[0-9a-f-]{36}/.exec(String(out))[0];
}

// Makes the user and logs in as them; `wish` is what else they are.
export async function logIn(page, call, name, wish = {}) {
  const { password } = await call('users', { name, ...wish });
  await page.goto(url);
  await page.getByLabel('User').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: `Log out ${name}` }).waitFor();
}

// What the browser itself says of refusals is expected.
export const quietOf = (session, pattern = /40[1349]|HTTP Authentication failed|WebSocket/) => () => {
  assert.deepEqual(session().problems.filter((text) => !pattern.test(text)), [], 'console');
};

// Both themes, and phones: nothing that axe finds, and nothing too wide.
export async function assertFits(session, where, name) {
  const { page, picture } = session;
  for (const theme of ['dark', 'light']) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await assertAccessible(page, `${where}, ${theme}`);
    await picture(`${name}_${theme}`);
  }
  const size = page.viewportSize();
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    const over = await page.evaluate(() => Math.max(document.documentElement.scrollWidth - innerWidth, ...['main', '.settings'].map((one) => {
      const element = document.querySelector(one);
      return element.scrollWidth - element.clientWidth;
    })));
    assert.ok(over <= 0, `${where}: ${over} px too wide for ${width} px`);
    if (width === 390) {
      await assertAccessible(page, `${where}, phone`);
      await picture(`${name}_phone`);
    }
  }
  await page.setViewportSize(size);
}
