// A server of docs/http-api.md over generated data: for looking at the dashboard without the real one. Not for use.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { accessAnswers } from './access.mjs';
import { artifactAnswers, idOf } from './artifacts.mjs';
import { mediaAnswers } from './media.mjs';
import { trainStep } from './data.mjs';
import { createDocuments } from './documents.mjs';
import { logRow, newRun } from './logged.mjs';
import { savedDocuments } from './saved_documents.mjs';
import { answerSeries, encodePicture, encodeSeries } from './series.mjs';

const kTypes = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function runJson(run) {
  const { id, name, project, state, created_us, ended_us, tags, notes, group, job_type, config, summary, environment, end_reason, version } = run;
  return {
    id, name, project, state, created_us, ended_us, tags, notes, group, job_type, config, summary, environment, end_reason, version,
    duration_s: ((ended_us ?? run.lastUs) - created_us) / 1e6,
  };
}

function keysJson(run) {
  return [...run.series].map(([key, data]) => {
    const finite = data.value.filter(Number.isFinite);
    return {
      key, kind: data.kind, count: data.value.length, first_step: data.step[0], last_step: data.step.at(-1), last: finite.at(-1) ?? null,
      min: finite.length ? Math.min(...finite) : null, max: finite.length ? Math.max(...finite) : null,
      nan_count: data.value.length - finite.length, definition: null,
    };
  });
}

function projectsJson(runs) {
  const projects = new Map();
  for (const run of runs) {
    const p = projects.get(run.project) ?? { id: idOf(run.project), name: run.project, run_count: 0, running_count: 0, created_us: run.created_us, last_activity_us: 0 };
    p.run_count += 1;
    p.running_count += run.state === 'running' ? 1 : 0;
    p.created_us = Math.min(p.created_us, run.created_us);
    p.last_activity_us = Math.max(p.last_activity_us, run.lastUs);
    projects.set(run.project, p);
  }
  return [...projects.values()].sort((a, b) => b.last_activity_us - a.last_activity_us);
}

const readBody = (request) => new Promise((resolve) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => resolve(Buffer.concat(parts).toString()));
});

class HttpError extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

// `session`: 'open' to all, or 'asked' for a login.
export function startServer({ dist, runs, port, session = 'open' }) {
  const stats = { series: 0, seriesBytes: 0 };
  const documents = createDocuments((...told) => { throw new HttpError(...told); }, savedDocuments(runs));
  const answers = [artifactAnswers, mediaAnswers, accessAnswers].map((make) => make(runs));
  const find = (id) => {
    const run = runs.find((one) => one.id === id);
    if (!run) throw new HttpError(404, 'not_found', `no run ${id}`);
    return run;
  };

  async function api(request, url, response) {
    const json = (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const parts = url.pathname.split('/').slice(3).map(decodeURIComponent);
    const answer = answers.map((one) => one(parts, url.searchParams)).find((one) => one !== null);
    if (answer?.bytes) return response.writeHead(200, { 'content-type': answer.type }).end(answer.bytes);
    if (answer) return json(answer.body);
    if (parts[0] === 'server') return json({ version: '0.1.0', grpc_port: 8081, started_us: 0 });
    if (parts[0] === 'session') return json({ user: null, csrf_token: null, key: null, open: session === 'open' });
    if (parts[0] === 'projects' && parts.length > 2) {
      const text = await readBody(request);
      const { status, body } = documents(request.method, parts.slice(1), text === '' ? null : JSON.parse(text), request.headers['if-match']);
      response.writeHead(status, body === null ? {} : { 'content-type': 'application/json', etag: `"${body.revision}"` });
      return response.end(body === null ? '' : JSON.stringify(body));
    }
    if (parts[0] === 'projects') return json({ projects: projectsJson(runs) });
    if (parts[0] === 'runs' && parts.length === 1) {
      const project = url.searchParams.get('project');
      if (!runs.some((run) => run.project === project)) throw new HttpError(404, 'not_found', `no project ${project}`);
      // Of filters the one that the search asks.
      const part = /^name ~ \/(.*)\/i$/.exec(url.searchParams.get('filter') ?? '')?.[1] ?? '';
      const list = runs.filter((run) => run.project === project && new RegExp(part, 'i').test(run.name)).sort((a, b) => b.created_us - a.created_us);
      return json({ runs: list.map(runJson), next_cursor: null, unknown_fields: [] });
    }
    if (parts[0] === 'runs' && parts.length === 2 && request.method === 'PATCH') {
      const { add_tags: added = [], remove_tags: removed = [], ...fields } = JSON.parse(await readBody(request));
      const run = find(parts[1]);
      live.change(run, () => Object.assign(run, fields, { tags: [...new Set([...run.tags, ...added])].filter((tag) => !removed.includes(tag)) }));
      return json(runJson(run));
    }
    if (parts[0] === 'runs' && parts.length === 2 && request.method === 'DELETE') {
      runs.splice(runs.indexOf(find(parts[1])), 1);
      return json({ id: parts[1] });
    }
    if (parts[0] === 'runs' && parts.length === 2) return json(runJson(find(parts[1])));
    if (parts[0] === 'runs' && parts[2] === 'alerts') return json({ alerts: find(parts[1]).alerts ?? [] });
    if (parts[0] === 'runs' && parts[2] === 'keys') return json({ keys: keysJson(find(parts[1])) });
    if (parts[0] === 'artifacts' && !url.searchParams.has('name')) return json({ artifacts: [], next_cursor: null });
    if (parts[0] === 'runs' && parts[2] === 'logs') {
      const lines = find(parts[1])[url.searchParams.get('stream')] ?? [];
      const from = Number(url.searchParams.get('from') ?? 0);
      return json({ lines: lines.slice(from, from + Number(url.searchParams.get('limit') ?? 1000)), total: lines.length });
    }
    if (parts[0] === 'keys') {
      const project = url.searchParams.get('project');
      const wanted = project === null ? (url.searchParams.get('runs') ?? '').split(',').map((id) => runs.find((run) => run.id === id))
        : runs.filter((run) => run.project === project).sort((a, b) => b.created_us - a.created_us).slice(0, Number(url.searchParams.get('newest') ?? 24));
      return json({ runs: wanted.filter(Boolean).map((run) => ({ run: run.id, keys: keysJson(run) })) });
    }
    if (parts[0] === 'series' && request.method === 'POST') {
      const body = JSON.parse(await readBody(request));
      const series = body.runs.flatMap((id) => body.keys.map((key) => answerSeries(find(id), key, body)));
      const bytes = body.height ? encodePicture(series, Math.min(252, body.height)) : encodeSeries(series);
      stats.series += 1;
      stats.seriesBytes += bytes.length;
      return response.writeHead(200, { 'content-type': 'application/vnd.tracker.series' }).end(bytes);
    }
    throw new HttpError(404, 'not_found', `no route ${url.pathname}`);
  }

  function statics(url, response) {
    let path = normalize(join(dist, decodeURIComponent(url.pathname)));
    if (!path.startsWith(dist) || !existsSync(path) || !statSync(path).isFile()) {
      if (extname(url.pathname) !== '') return response.writeHead(404).end();
      path = join(dist, 'index.html');
    }
    response.writeHead(200, { 'content-type': kTypes[extname(path)] ?? 'application/octet-stream', 'content-security-policy': kPolicy });
    return createReadStream(path).pipe(response);
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://local');
    if (url.pathname === '/test/log') return log(request, response);
    if (!url.pathname.startsWith('/api/')) return statics(url, response);
    return api(request, url, response).catch((error) => response
      .writeHead(error.status ?? 500, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { code: error.code ?? 'internal', message: error.message } })));
  });
  // What fake_tracker.mjs speaks: {"project":…} starts a run, {"run":…,"rows":[…]} logs, {"run":…,"end":true} ends.
  async function log(request, response) {
    const body = JSON.parse(await readBody(request));
    const run = body.run ? find(body.run) : newRun(body);
    if (!body.run) runs.push(run);
    live.change(run, () => {
      for (const row of body.rows ?? []) logRow(run, row);
      if (body.end) Object.assign(run, { state: 'finished', ended_us: Date.now() * 1000 });
    });
    response.end(JSON.stringify({ id: run.id }));
  }
  const live = serveLive(server, runs);
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve({
    url: `http://127.0.0.1:${server.address().port}`, stats, tick: live.tick, dropSockets: live.drop,
    close: () => {
      live.drop();
      server.close();
      server.closeAllConnections();
    },
  })));
}

function serveLive(server, runs) {
  const sockets = new WebSocketServer({ server, path: '/api/v1/live' });
  sockets.on('connection', (socket) => {
    socket.subscriptions = new Set();
    socket.send(JSON.stringify({ hello: { version: '0.1.0' } }));
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      const target = message.subscribe ?? message.unsubscribe;
      const name = target.run ? `run:${target.run}` : `project:${target.project}`;
      if (message.subscribe) socket.subscriptions.add(name);
      if (message.subscribe?.run) socket.send(JSON.stringify({ subscribed: { run: target.run, cursor: '1' } }));
      if (message.unsubscribe) socket.subscriptions.delete(name);
    });
  });
  const send = (name, message) => {
    for (const socket of sockets.clients) if (socket.subscriptions?.has(name)) socket.send(JSON.stringify(message));
  };
  // Tells whoever listens what `make` added.
  function change(run, make) {
    const before = new Map([...run.series].map(([key, data]) => [key, data.value.length]));
    const linesBefore = run.stdout.length;
    make();
    const keys = {};
    for (const [key, data] of run.series) {
      const from = before.get(key) ?? 0;
      if (data.value.length === from) continue;
      keys[key] = {
        step: data.kind === 'system' ? null : data.step.slice(from), time_us: data.timeUs.slice(from),
        value: data.value.slice(from).map((v) => (Number.isFinite(v) ? v : String(v))),
      };
    }
    run.version += 1;
    if (Object.keys(keys).length > 0) send(`run:${run.id}`, { points: { run: run.id, from: String(run.version - 1), to: String(run.version), keys } });
    const lines = run.stdout.slice(linesBefore);
    if (lines.length > 0) send(`run:${run.id}`, { logs: { run: run.id, stream: 'stdout', lines } });
    send(`project:${run.project}`, { run: runJson(run) });
  }
  // One more step of every run that makes itself.
  function tick() {
    for (const run of runs.filter((one) => one.state === 'running' && one.random)) {
      change(run, () => {
        trainStep(run, run.lastStep + 1);
        run.stdout.push({ line: run.stdout.length, time_us: run.lastUs, text: `step ${run.lastStep} live` });
      });
    }
  }
  return { tick, change, drop: () => sockets.clients.forEach((socket) => socket.terminate()) };
}
