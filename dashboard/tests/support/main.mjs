// node tests/support/main.mjs [--port N] [--empty]: the built dashboard over generated data, a step a quarter second.
import { makeWorld } from './data.mjs';
import { startServer } from './server.mjs';

const portAt = process.argv.indexOf('--port');
const server = await startServer({
  dist: new URL('../../dist', import.meta.url).pathname,
  runs: process.argv.includes('--empty') ? [] : makeWorld(Date.now() * 1000),
  port: portAt < 0 ? 0 : Number(process.argv[portAt + 1]),
});
const timer = setInterval(server.tick, 250);
console.log(server.url);
process.on('SIGTERM', () => {
  clearInterval(timer);
  server.close();
});
