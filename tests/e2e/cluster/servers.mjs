// Two tracker-servers on one database, and an address in front of them that can be pointed at either, as a load
// balancer would. Each has a loopback address of its own, so that all three have the same ports.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, watch } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';

const kBalancer = '127.0.0.1';

async function listen(target, port = 0) {
  const sockets = new Set();
  const server = createServer((client) => {
    const upstream = connect(target());
    for (const [one, other] of [[client, upstream], [upstream, client]]) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  server.listen(port, kBalancer);
  await once(server, 'listening');
  return { port: server.address().port, cut: () => sockets.forEach((socket) => socket.destroy()), close: () => server.close() };
}

// `host` is where it leads; a change cuts what is open.
export async function startBalancer() {
  const state = { host: kBalancer };
  const http = await listen(() => ({ host: state.host, port: http.port }));
  const grpc = await listen(() => ({ host: state.host, port: grpc.port }));
  return {
    http: http.port, grpc: grpc.port, url: `http://${kBalancer}:${http.port}`,
    lead: (host) => {
      state.host = host;
      http.cut();
      grpc.cut();
    },
    close: () => {
      for (const one of [http, grpc]) {
        one.cut();
        one.close();
      }
    },
  };
}

async function untilFile(path, ended) {
  const folder = join(path, '..');
  const watcher = watch(folder);
  try {
    while (!existsSync(path)) {
      await Promise.race([once(watcher, 'change'), ended.then(() => Promise.reject(new Error('tracker-server ended')))]);
    }
  } finally {
    watcher.close();
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}

export async function startServer({ program, folder, database, host, ports, output }) {
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'server.json'), { force: true });
  const child = spawn(program, ['--data-dir', folder, '--listen', `${host}:${ports.http}`, '--grpc-listen', `${host}:${ports.grpc}`], {
    stdio: ['ignore', 'ignore', output ?? 'inherit'], env: { ...process.env, TRACKER_DATABASE_URL: database },
  });
  const ended = once(child, 'exit').then(([code]) => code);
  await untilFile(join(folder, 'server.json'), ended);
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.kill(signal);
    return ended;
  };
  return { host, url: `http://${host}:${ports.http}`, end, ended };
}
