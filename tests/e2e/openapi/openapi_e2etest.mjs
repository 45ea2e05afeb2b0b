// What a running server answers, against tracker-server/http/openapi.json:
//   TRACKER_URL=http://… TRACKER_CLI=path/to/tracker node --test FILE
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { startLogging } from '../dashboard/logger.mjs';
import { cases, kElsewhere } from './cases.mjs';
import { Document, kFile, source } from './document.mjs';

const require = createRequire(new URL('../../../dashboard/package.json', import.meta.url));
const { WebSocket } = require('ws');

const url = process.env.TRACKER_URL;
const program = process.env.TRACKER_CLI;
const kNobody = '00000000-0000-4000-8000-000000000000';
const kProject = 'described';

let document;
let data;

before(async () => {
  assert.ok(url && program, 'TRACKER_URL and TRACKER_CLI say what to test');
  document = new Document(await (await fetch(`${url}/api/v1/openapi.json`)).json());
  const folder = await mkdtemp(join(tmpdir(), 'openapi-'));
  const files = { shot: ['shot.png', Buffer.from([0x89, 0x50, 0, 0xff])], drawing: ['drawing.svg', '<svg onload="alert(1)"/>'] };
  const options = [];
  const media = {};
  for (const [key, [name, bytes]] of Object.entries(files)) {
    await writeFile(join(folder, name), bytes);
    options.push('--media', `${key}=${join(folder, name)}`);
    media[key] = createHash('sha256').update(bytes).digest('hex');
  }
  const run = await startLogging({ program, url, project: kProject, name: 'one', config: { lr: 0.5, model: 'tiny' }, options });
  run.log([{ step: 0, hist: [1, 2, 3] }]);
  run.log(Array.from({ length: 3000 }, (_, step) => ({ step, loss: step % 500 === 7 ? 'NaN' : 1 / (step + 1), ...(step % 100 === 0 ? { 'eval/acc': 0.5 } : {}) })));
  await run.finish();
  await rm(folder, { recursive: true });
  data = { run: run.id, project: kProject, media, version: await makeArtifact(run.id), saved: await saveItems(), ...(await people()) };
  while ((await (await fetch(`${url}/api/v1/runs/${run.id}`)).json()).state !== 'finished');
});

// Users and what hangs on them, for the cases.
async function people() {
  const say = async (path, body) => {
    const answer = await fetch(`${url}/api/v1/${path}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, `${path}: ${await answer.clone().text()}`);
    return answer;
  };
  await say('users', { name: 'ada', password: 'correct horse' });
  for (const name of ['bob', 'carol']) await say('users', { name });
  for (const name of ['vision', 'old']) await say('teams', { name });
  await say('teams/vision/users', { user: 'ada' });
  await say(`members?project=${kProject}`, { kind: 'team', name: 'old', role: 'viewer' });
  await say(`members?project=${kProject}`, { name: 'carol', role: 'writer' });
  const { id } = await (await say('api-keys', { name: 'to be revoked', user: 'ada' })).json();
  const begun = await say('session', { user: 'ada', password: 'correct horse' });
  const cookie = begun.headers.get('set-cookie').split(';')[0];
  return { key: id, login: { cookie, 'x-csrf-token': (await begun.json()).csrf_token } };
}

// Two items of each kind: one that stays and one that goes.
async function saveItems() {
  const saved = {};
  for (const kind of ['views', 'reports']) {
    saved[kind] = {};
    for (const name of ['stays', 'goes']) {
      const answer = await fetch(`${url}/api/v1/projects/${kProject}/${kind}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, spec: {} }) });
      assert.equal(answer.status, 201, await answer.clone().text());
      saved[kind][name] = (await answer.json()).id;
    }
  }
  return saved;
}

// Version v0 of the artifact `net`, made by the run.
async function makeArtifact(run) {
  const folder = await mkdtemp(join(tmpdir(), 'tracker-artifact-'));
  await mkdir(join(folder, 'dir'));
  await writeFile(join(folder, 'hello.txt'), 'hello artifact');
  await writeFile(join(folder, 'dir', 'page.html'), '<script>alert(1)</script>');
  await promisify(execFile)(program, ['artifact', 'put', `${kProject}/net`, folder, '--type', 'model', '--run', run, '--server', url]);
  await rm(folder, { recursive: true });
  const answer = await fetch(`${url}/api/v1/artifact-versions?${new URLSearchParams({ project: kProject, name: 'net', version: 'v0' })}`);
  return (await answer.json()).versions[0].id;
}

function addressOf(path, one) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(one.path?.[name] ?? kNobody));
  const query = new URLSearchParams(one.query ?? {}).toString();
  return `${url}${filled}${query ? `?${query}` : ''}`;
}

function ask(operation, one = {}) {
  const hasBody = operation.operation.requestBody !== undefined;
  return fetch(addressOf(operation.path, one), {
    method: one.method ?? operation.method,
    headers: { accept: 'application/json', ...(hasBody ? { 'content-type': 'application/json' } : {}), ...one.headers },
    ...(hasBody && one.method === undefined ? { body: typeof one.body === 'string' ? one.body : JSON.stringify(one.body ?? {}) } : {}),
  });
}

// The answer's status, content type and body must be among those of the document.
async function check(operation, answer, what) {
  const where = `${operation.method} ${operation.path} (${what}) answered ${answer.status}`;
  const response = document.responses(operation.operation).get(answer.status);
  assert.ok(response, `${where}, which ${kFile} does not have among its responses`);
  const bytes = Buffer.from(await answer.arrayBuffer());
  if (!response.content) return assert.equal(bytes.length, 0, `${where} with a body`);
  const type = answer.headers.get('content-type')?.split(';')[0] ?? '';
  const content = response.content[type];
  assert.ok(content, `${where} as "${type}"; ${kFile} has ${Object.keys(response.content)}`);
  for (const name of Object.keys(response.headers ?? {})) assert.ok(answer.headers.get(name), `${where} without ${name}`);
  if (type !== 'application/json') return bytes.toString();
  const body = JSON.parse(bytes.toString());
  const objection = document.objection(content.schema, body);
  assert.equal(objection, '', `${where} with what is not described: ${objection}. Mend ${kFile} or the handler.\n${JSON.stringify(body).slice(0, 400)}`);
  return body;
}

test('the document that is served is the one of the source', async () => {
  assert.deepEqual(document.json, JSON.parse(source));
});

test('each operation answers as it is described', async (t) => {
  const all = cases(data);
  const known = new Set(document.operations().map((operation) => operation.id));
  for (const id of Object.keys(all)) assert.ok(known.has(id), `tests/e2e/openapi/cases.mjs has ${id}, which ${kFile} has not`);
  for (const operation of document.operations()) {
    await t.test(operation.id, async () => {
      assert.ok(all[operation.id], `no case for ${operation.id} (${operation.method} ${operation.path}): add one to tests/e2e/openapi/cases.mjs`);
      const seen = new Set();
      for (const one of all[operation.id]) {
        const what = JSON.stringify({ ...one.path, ...one.query, ...(one.body ? { body: one.body } : {}) }).slice(0, 120);
        const answer = await ask(operation, one);
        assert.equal(answer.status, one.status, `${operation.method} ${operation.path} (${what})`);
        const body = await check(operation, answer, what);
        if (one.check) assert.ok(one.check(body), `${operation.id} (${what}): not the data that were logged: ${JSON.stringify(body).slice(0, 300)}`);
        seen.add(answer.status);
      }
      for (const status of document.responses(operation.operation).keys()) {
        if (status < 200 || status >= 300 || kElsewhere[operation.id] === status) continue;
        assert.ok(seen.has(status), `no case of ${operation.id} is answered ${status}: add one to tests/e2e/openapi/cases.mjs`);
      }
    });
  }
});

test('ids that are nonsense or unknown', async () => {
  for (const operation of document.operations().filter((one) => one.path.includes('{id}'))) {
    const body = cases(data)[operation.id]?.find((one) => one.status < 300)?.body;
    const nonsense = await ask(operation, { path: { id: 'nonsense' }, body });
    assert.equal(nonsense.status, 400, operation.id);
    await check(operation, nonsense, 'an id that is none');
    const unknown = await ask(operation, { path: { id: kNobody }, body });
    assert.equal(unknown.status, 404, operation.id);
    await check(operation, unknown, 'an id that nothing has');
  }
});

test('bodies that are none, and pages of other sites', async () => {
  for (const operation of document.operations().filter((one) => one.operation.requestBody)) {
    const good = cases(data)[operation.id].find((one) => one.status < 300) ?? cases(data)[operation.id][0];
    for (const [what, one, status] of [
      ['no JSON', { ...good, body: 'nonsense' }, 400],
      ['another type', { ...good, headers: { 'content-type': 'text/plain' } }, 400],
      ['a foreign page', { ...good, headers: { origin: 'http://evil.example' } }, 403],
      ['too much', { ...good, body: `"${'x'.repeat(1_100_000)}"` }, 413],
    ]) {
      const answer = await ask(operation, one);
      assert.equal(answer.status, status, `${operation.id}: ${what}`);
      await check(operation, answer, what);
    }
  }
});

test('other methods and other paths are errors with a body', async () => {
  const methods = new Map();
  for (const { path, method } of document.operations()) methods.set(path, [...(methods.get(path) ?? []), method]);
  for (const [path, served] of methods) {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'].filter((one) => !served.includes(one))) {
      const answer = await fetch(addressOf(path, { path: { id: data.run } }), { method });
      assert.equal(answer.status, 405, `${method} ${path}`);
      assert.deepEqual(answer.headers.get('allow').split(', ').filter((one) => one !== 'HEAD').sort(), served.toSorted());
      assert.equal(document.schemaObjection('Error', await answer.json()), '', `${method} ${path}`);
    }
  }
  const answer = await fetch(`${url}/api/v1/nothing`);
  assert.equal(answer.status, 404);
  assert.equal(document.schemaObjection('Error', await answer.json()), '');
});

test('HEAD is GET without a body, and a tag that is held is 304', async () => {
  for (const operation of document.operations()) {
    const good = cases(data)[operation.id].find((one) => one.status === 200);
    if (!good) continue;
    const first = await ask(operation, good);
    const length = (await first.arrayBuffer()).byteLength;
    const tag = first.headers.get('etag');
    if (document.responses(operation.operation).has(304)) {
      assert.ok(tag, `${operation.id}: 304 is described, and there is no ETag`);
      const again = await ask(operation, { ...good, headers: { ...good.headers, 'if-none-match': tag } });
      assert.equal(again.status, 304, operation.id);
      assert.equal(again.headers.get('etag'), tag);
      await check(operation, again, 'If-None-Match');
      const other = await ask(operation, { ...good, headers: { ...good.headers, 'if-none-match': '"another"' } });
      assert.equal(other.status, 200, operation.id);
      await other.arrayBuffer();
    } else {
      assert.equal(tag, null, `${operation.id} has an ETag and no 304 in ${kFile}`);
    }
    if (operation.method !== 'GET') continue;
    // The length of what is not compressed.
    const head = await ask(operation, { ...good, method: 'HEAD', headers: { ...good.headers, 'accept-encoding': 'identity' } });
    assert.equal(head.status, 200, operation.id);
    assert.equal(head.headers.get('content-type'), first.headers.get('content-type'));
    if (operation.id !== 'getMetrics') assert.equal(Number(head.headers.get('content-length')), length, operation.id); // they move
    assert.equal((await head.arrayBuffer()).byteLength, 0, operation.id);
  }
});

test('what the live socket says is described', { timeout: 60_000 }, async () => {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live`);
  const messages = [];
  let told = () => {};
  socket.on('message', (text) => {
    messages.push(JSON.parse(String(text)));
    told();
  });
  await once(socket, 'open');
  const say = (command) => {
    assert.equal(document.schemaObjection('LiveCommand', command), '');
    socket.send(JSON.stringify(command));
  };
  const run = await startLogging({ program, url, project: kProject, name: 'two', config: {} });
  say({ subscribe: { project: kProject } });
  say({ subscribe: { run: run.id } });
  say({ subscribe: { run: data.run, cursor: 'nonsense' } });
  socket.send('{}');
  const wanted = ['hello', 'subscribed', 'resync', 'error', 'run', 'points', 'logs'];
  const missing = () => wanted.filter((kind) => !messages.some((message) => kind in message));
  let step = 0;
  while (missing().length > 0) {
    run.log([{ step: step++, loss: 1 }]);
    if (missing().every((kind) => kind === 'logs')) break; // only a program that prints has lines
    await new Promise((resolve) => {
      told = resolve;
    });
  }
  const heard = async (found) => {
    while (!messages.some(found)) {
      await new Promise((resolve) => {
        told = resolve;
      });
    }
  };
  await fetch(`${url}/api/v1/runs/${data.run}`, { method: 'DELETE' });
  await heard((message) => message.resync?.project === kProject);
  const { length } = messages;
  await fetch(`${url}/api/v1/runs/${data.run}/restore`, { method: 'POST' });
  await heard((message, at) => at >= length && message.run?.id === data.run);
  say({ unsubscribe: { project: kProject } });
  socket.terminate();
  await run.finish();
  for (const message of messages) assert.equal(document.schemaObjection('LiveMessage', message), '', JSON.stringify(message).slice(0, 300));
});
