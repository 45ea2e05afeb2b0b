import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveClient, retryDelayMs, type LiveStatus } from '../../src/api/live';
import type { LiveEvent } from '../../src/api/types';

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: unknown[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((message: { data: string }) => void) | null = null;
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  lose(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  say(message: unknown): void {
    this.onmessage?.({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }
}

function makeClient() {
  const statuses: LiveStatus[] = [];
  const client = new LiveClient({
    connect: () => new FakeSocket() as unknown as WebSocket, onStatus: (status) => statuses.push(status), random: () => 0,
  });
  return { client, statuses, last: () => FakeSocket.all[FakeSocket.all.length - 1]! };
}
const points = (run: string, to: string) => ({
  points: { run, from: '0', to, keys: { loss: { step: [1], time_us: [5], value: ['NaN'] } } },
});

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

describe('LiveClient', () => {
  it('opens one socket for all and subscribes each target once', () => {
    const { client, last } = makeClient();
    client.subscribe({ project: 'imdb' }, () => undefined);
    client.subscribe({ project: 'imdb' }, () => undefined);
    client.subscribe({ run: 'a' }, () => undefined);
    last().open();
    expect(FakeSocket.all.length).toBe(1);
    expect(last().sent).toEqual([{ subscribe: { project: 'imdb' } }, { subscribe: { run: 'a' } }]);
  });

  it('unsubscribes when the last listener leaves', () => {
    const { client, last } = makeClient();
    const leave = [client.subscribe({ run: 'a' }, () => undefined), client.subscribe({ run: 'a' }, () => undefined)];
    last().open();
    leave[0]!();
    expect(last().sent.length).toBe(1);
    leave[1]!();
    expect(last().sent[1]).toEqual({ unsubscribe: { run: 'a' } });
  });

  it('brings points, with non-finite values, to the run they are of', () => {
    const { client, last } = makeClient();
    const events: LiveEvent[] = [];
    client.subscribe({ run: 'a' }, (event) => events.push(event));
    last().open();
    last().say(points('b', '1'));
    last().say('not json');
    last().say(points('a', '1'));
    expect(events.length).toBe(1);
    const event = events[0]!;
    expect(event.type === 'points' && event.keys.get('loss')).toEqual({ step: [1], timeUs: [5], value: [NaN] });
  });

  it('comes back with the cursor, and tells those without one to read again', () => {
    const { client, last, statuses } = makeClient();
    const run: LiveEvent[] = [];
    const project: LiveEvent[] = [];
    client.subscribe({ run: 'a' }, (event) => run.push(event));
    client.subscribe({ project: 'p' }, (event) => project.push(event));
    last().open();
    last().say(points('a', 'c7'));
    last().lose();
    expect(statuses[statuses.length - 1]).toBe('lost');
    vi.advanceTimersByTime(15_000);
    last().open();
    expect(FakeSocket.all.length).toBe(2);
    expect(last().sent).toEqual([{ subscribe: { run: 'a', cursor: 'c7' } }, { subscribe: { project: 'p' } }]);
    expect(run.map((event) => event.type)).toEqual(['points']);
    expect(project.map((event) => event.type)).toEqual(['resync']);
  });

  it('forgets the cursor when the server says that deltas were lost', () => {
    const { client, last } = makeClient();
    const events: LiveEvent[] = [];
    client.subscribe({ run: 'a' }, (event) => events.push(event));
    last().open();
    last().say(points('a', 'c7'));
    last().say({ resync: { run: 'a' } });
    last().lose();
    vi.advanceTimersByTime(15_000);
    last().open();
    expect(last().sent).toEqual([{ subscribe: { run: 'a' } }]);
    expect(events.map((event) => event.type)).toEqual(['points', 'resync', 'resync']);
  });

  it('tells a reader that did not wait for the socket to read again', async () => {
    const { client, last } = makeClient();
    const events: LiveEvent[] = [];
    client.subscribe({ run: 'a' }, (event) => events.push(event));
    const settled = client.settled(250);
    await vi.advanceTimersByTimeAsync(250);
    await settled;
    last().open();
    expect(events).toEqual([{ type: 'resync' }]);
  });

  it('lets a reader begin when the server follows the run, and tells one that did not wait', async () => {
    const { client, last } = makeClient();
    const events: LiveEvent[] = [];
    client.subscribe({ run: 'a' }, (event) => events.push(event));
    last().open();
    let begun = 0;
    void client.settled(250).then(() => (begun += 1));
    await vi.advanceTimersByTimeAsync(100);
    expect(begun).toBe(0);
    last().say({ subscribed: { run: 'a', cursor: 'c1' } });
    await vi.advanceTimersByTimeAsync(0);
    expect(begun).toBe(1);
    client.subscribe({ run: 'b' }, (event) => events.push(event));
    void client.settled(250).then(() => (begun += 1));
    await vi.advanceTimersByTimeAsync(250);
    expect(begun).toBe(2);
    expect(events).toEqual([]);
    last().say({ subscribed: { run: 'b', cursor: 'c1' } });
    expect(events).toEqual([{ type: 'resync' }]);
    last().lose();
    vi.advanceTimersByTime(15_000);
    last().open();
    expect(last().sent).toEqual([{ subscribe: { run: 'a', cursor: 'c1' } }, { subscribe: { run: 'b', cursor: 'c1' } }]);
  });

  it('hears that a list of runs is to be read again', () => {
    const { client, last } = makeClient();
    const events: LiveEvent[] = [];
    client.subscribe({ project: 'p' }, (event) => events.push(event));
    last().open();
    last().say({ resync: { project: 'p' } });
    expect(events).toEqual([{ type: 'resync' }]);
  });

  it('does not reconnect for nobody', () => {
    const { client, last, statuses } = makeClient();
    client.subscribe({ run: 'a' }, () => undefined)();
    last().open();
    last().lose();
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all.length).toBe(1);
    expect(statuses[statuses.length - 1]).toBe('idle');
  });
});

it('waits between a quarter and fifteen seconds', () => {
  expect(retryDelayMs(0, 0)).toBe(250);
  expect(retryDelayMs(50, 0.999999)).toBeLessThanOrEqual(15_000);
  expect(retryDelayMs(50, 0.999999)).toBeGreaterThan(14_000);
});
