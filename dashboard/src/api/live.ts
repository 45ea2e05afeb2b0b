// The one WebSocket of this tab (docs/http-api.md, Live). Subscriptions are counted: the same target asked for twice is
// subscribed once. After a lost connection it comes back by itself, resumes runs by their cursor, and tells every other
// subscriber to read again. Single-threaded, as the browser is; handlers are called in the order of arrival.
import { isObject, listOf, objectOf, readLogLine, readPointKeys, readRun } from './read';
import type { LiveEvent } from './types';

export type LiveTarget = { project: string } | { run: string };
export type LiveStatus = 'idle' | 'connecting' | 'open' | 'lost';
export type LiveHandler = (event: LiveEvent) => void;

interface Subscription {
  target: LiveTarget;
  handlers: Set<LiveHandler>;
  cursor: string | null;
  // Subscribed on an earlier connection: what came in between is missing.
  resumed: boolean;
  // The server said, on this connection, from where on it tells of the run.
  confirmed: boolean;
  // Somebody read before that: what was committed in between is missing.
  readEarly: boolean;
}

export interface LiveOptions {
  connect: () => WebSocket;
  onStatus: (status: LiveStatus) => void;
  // Uniform in [0, 1): spreads the reconnects of many tabs.
  random: () => number;
}

const kFirstRetryMs = 500;
const kLastRetryMs = 15_000;

const keyOf = (target: LiveTarget): string => ('run' in target ? `run:${target.run}` : `project:${target.project}`);

// Full jitter over an exponentially growing window.
export function retryDelayMs(attempt: number, random: number): number {
  const window = Math.min(kLastRetryMs, kFirstRetryMs * 2 ** Math.min(attempt, 10));
  return kFirstRetryMs / 2 + random * (window - kFirstRetryMs / 2);
}

export class LiveClient {
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly waiting = new Set<() => void>();
  private readonly opening = new Set<() => void>();
  private socket: WebSocket | null = null;
  private attempt = 0;
  private retryTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly options: LiveOptions) {}

  subscribe(target: LiveTarget, handler: LiveHandler): () => void {
    const key = keyOf(target);
    let subscription = this.subscriptions.get(key);
    if (!subscription) {
      subscription = { target, handlers: new Set(), cursor: null, resumed: false, confirmed: false, readEarly: false };
      this.subscriptions.set(key, subscription);
      this.sendSubscribe(subscription);
    }
    subscription.handlers.add(handler);
    this.ensureConnected();
    const held = subscription;
    return () => this.drop(held, handler);
  }

  // Connects before anything is subscribed: the page that is being made will.
  begin(): void {
    this.ensureConnected();
  }

  get isOpen(): boolean {
    return this.socket?.readyState === 1;
  }

  // Resolves when it is, which may be never.
  whenOpen(): Promise<void> {
    return this.isOpen ? Promise.resolve() : new Promise((resolve) => this.opening.add(resolve));
  }

  // True while deltas of all that is subscribed arrive: a read started now misses nothing that comes later.
  private get isSettled(): boolean {
    if (!this.isOpen) return false;
    return [...this.subscriptions.values()].every((one) => one.confirmed || !('run' in one.target));
  }

  // Resolves when that is so, or after `ms`: then those who are not there yet are told to read again once they are.
  async settled(ms: number): Promise<void> {
    if (this.isSettled) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.waiting.delete(done);
        for (const subscription of this.subscriptions.values()) {
          if (!this.isOpen) subscription.resumed = true;
          else if (!subscription.confirmed) subscription.readEarly = true;
        }
        resolve();
      }, ms);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.waiting.add(done);
    });
  }

  // Tries at once instead of at the end of the wait: the network came back, or somebody looks.
  retryNow(): void {
    if (this.retryTimer === null) return;
    clearTimeout(this.retryTimer);
    this.retryTimer = null;
    this.ensureConnected();
  }

  private drop(subscription: Subscription, handler: LiveHandler): void {
    subscription.handlers.delete(handler);
    const key = keyOf(subscription.target);
    if (subscription.handlers.size > 0 || this.subscriptions.get(key) !== subscription) return;
    this.subscriptions.delete(key);
    this.send({ unsubscribe: subscription.target });
  }

  private ensureConnected(): void {
    if (this.socket || this.retryTimer !== null) return;
    this.options.onStatus(this.attempt === 0 ? 'connecting' : 'lost');
    const socket = this.options.connect();
    this.socket = socket;
    socket.onopen = () => this.opened();
    socket.onmessage = (message: MessageEvent<unknown>) => this.received(message.data);
    socket.onclose = () => this.closed();
  }

  private opened(): void {
    this.attempt = 0;
    this.options.onStatus('open');
    for (const done of this.opening) done();
    this.opening.clear();
    for (const subscription of this.subscriptions.values()) {
      const wasHeldBefore = subscription.resumed;
      this.sendSubscribe(subscription);
      // A run with a cursor is made whole by the server; everything else must be read again.
      if (wasHeldBefore && subscription.cursor === null) this.emit(subscription, { type: 'resync' });
    }
    this.releaseIfSettled();
  }

  private releaseIfSettled(): void {
    if (!this.isSettled) return;
    for (const done of this.waiting) done();
    this.waiting.clear();
  }

  private closed(): void {
    this.socket = null;
    if (this.subscriptions.size === 0) {
      this.options.onStatus('idle');
      return;
    }
    for (const subscription of this.subscriptions.values()) {
      subscription.resumed = true;
      subscription.confirmed = false;
    }
    this.options.onStatus('lost');
    this.retryTimer = setTimeout(() => {
      this.retryTimer = null;
      this.ensureConnected();
    }, retryDelayMs(this.attempt, this.options.random()));
    this.attempt += 1;
  }

  private sendSubscribe(subscription: Subscription): void {
    const target = subscription.cursor === null ? subscription.target : { ...subscription.target, cursor: subscription.cursor };
    this.send({ subscribe: target });
    if (this.isOpen) subscription.resumed = true;
  }

  private send(message: unknown): void {
    if (this.isOpen) this.socket?.send(JSON.stringify(message));
  }

  private emit(subscription: Subscription | undefined, event: LiveEvent): void {
    for (const handler of subscription?.handlers ?? []) handler(event);
  }

  private received(data: unknown): void {
    if (typeof data !== 'string') return;
    let message: Record<string, unknown>;
    try {
      message = objectOf(JSON.parse(data));
    } catch {
      return; // a message that cannot be read is none
    }
    if (isObject(message.run)) this.receivedRun(message.run);
    if (isObject(message.subscribed)) this.receivedSubscribed(message.subscribed);
    if (isObject(message.points)) this.receivedPoints(message.points);
    if (isObject(message.logs)) this.receivedLogs(message.logs);
    if (isObject(message.resync)) this.receivedResync(message.resync);
  }

  private runSubscription(id: unknown): Subscription | undefined {
    return typeof id === 'string' ? this.subscriptions.get(`run:${id}`) : undefined;
  }

  private receivedRun(value: Record<string, unknown>): void {
    const event: LiveEvent = { type: 'run', run: readRun(value) };
    this.emit(this.subscriptions.get(`project:${event.run.project}`), event);
    this.emit(this.runSubscription(event.run.id), event);
  }

  private receivedSubscribed(value: Record<string, unknown>): void {
    const subscription = this.runSubscription(value.run);
    if (!subscription) return;
    subscription.confirmed = true;
    if (typeof value.cursor === 'string') subscription.cursor = value.cursor;
    if (subscription.readEarly) this.emit(subscription, { type: 'resync' });
    subscription.readEarly = false;
    this.releaseIfSettled();
  }

  private receivedPoints(value: Record<string, unknown>): void {
    const subscription = this.runSubscription(value.run);
    if (!subscription) return;
    if (typeof value.to === 'string') subscription.cursor = value.to;
    this.emit(subscription, { type: 'points', run: String(value.run), keys: readPointKeys(value.keys) });
  }

  private receivedLogs(value: Record<string, unknown>): void {
    const stream = value.stream === 'stderr' ? 'stderr' : 'stdout';
    const lines = listOf(value.lines).map(readLogLine);
    this.emit(this.runSubscription(value.run), { type: 'logs', run: String(value.run), stream, lines });
  }

  private receivedResync(value: Record<string, unknown>): void {
    const project = typeof value.project === 'string' ? this.subscriptions.get(`project:${value.project}`) : undefined;
    const subscription = project ?? this.runSubscription(value.run);
    if (!subscription) return;
    subscription.cursor = null;
    this.emit(subscription, { type: 'resync' });
  }
}

export function openLiveSocket(): WebSocket {
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return new WebSocket(`${scheme}://${location.host}/api/v1/live`);
}
