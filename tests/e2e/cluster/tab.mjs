// A browser's tab as the protocol sees it: what it was sent of one run, and where it stands.
import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../dashboard/package.json', import.meta.url));
const { WebSocket } = require('ws');

export class Tab extends EventEmitter {
  steps = [];
  arrivals = new Map(); // step → when it came, ms
  cursor = null;
  resyncs = 0;

  constructor(run, key) {
    super();
    this.run = run;
    this.key = key;
  }

  // Subscribes at this server from where the tab stands; returns when the server says that it follows.
  async open(url) {
    this.socket?.terminate();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/live`);
    this.socket = socket;
    socket.on('message', (data) => this.#take(JSON.parse(String(data))));
    socket.on('error', () => this.emit('lost'));
    await once(socket, 'open');
    socket.send(JSON.stringify({ subscribe: this.cursor === null ? { run: this.run } : { run: this.run, cursor: this.cursor } }));
    await once(this, 'subscribed');
  }

  close() {
    this.socket?.terminate();
  }

  #take(message) {
    if (message.subscribed) {
      this.cursor = message.subscribed.cursor;
      this.emit('subscribed');
    }
    if (message.resync) this.resyncs += 1;
    const steps = message.points?.keys[this.key]?.step ?? [];
    if (message.points) this.cursor = message.points.to;
    for (const step of steps) {
      this.steps.push(step);
      if (!this.arrivals.has(step)) this.arrivals.set(step, performance.now());
    }
    this.emit('message');
  }

  async until(condition) {
    while (!condition()) await once(this, 'message');
  }
}
