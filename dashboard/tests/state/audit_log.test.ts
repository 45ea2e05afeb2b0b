import { createRoot, createSignal } from 'solid-js';
import { describe, expect, it } from 'vitest';
import type { AuditEntry, AuditPage } from '../../src/api/audit';
import { ApiError } from '../../src/api/http';
import { createAuditLog, type AuditLog, type ReadPage } from '../../src/state/audit_log';

const entryOf = (no: number): AuditEntry => ({ no, atUs: no, actor: 'a', key: '', address: '', requestId: '', action: 'login', target: '', detail: '' });

// A log of `size` entries whose pages come when they are let go.
function makeWorld(size: number) {
  const asked: { before: number | null; limit: number; signal: AbortSignal }[] = [];
  const held: { answer: (page: AuditPage) => void; refuse: (error: unknown) => void }[] = [];
  const read: ReadPage = (before, limit, signal) => {
    asked.push({ before, limit, signal });
    return new Promise((answer, refuse) => held.push({ answer, refuse }));
  };
  const settle = async (act: () => void): Promise<void> => {
    act();
    for (let i = 0; i < 4; i++) await Promise.resolve();
  };
  const give = (): Promise<void> => settle(() => {
    const { before, limit } = asked.at(-1)!;
    const first = (before ?? size + 1) - 1;
    const entries = Array.from({ length: Math.min(limit, first) }, (_, i) => entryOf(first - i));
    held.pop()!.answer({ entries, nextBefore: entries.length === limit ? entries.at(-1)!.no : null });
  });
  const fail = (): Promise<void> => settle(() => held.pop()!.refuse(new ApiError('unavailable', 'busy')));
  return { asked, read, give, fail };
}

function withLog(size: number, body: (log: AuditLog, world: ReturnType<typeof makeWorld>, want: (n: number) => void) => Promise<void>): Promise<void> {
  return createRoot(async (dispose) => {
    const world = makeWorld(size);
    const [wanted, want] = createSignal(1);
    const log = createAuditLog((read) => read.length >= wanted(), world.read);
    await Promise.resolve();
    await body(log, world, want);
    dispose();
  });
}

describe('the audit log', () => {
  it('reads a page, and no more than is wanted', () => withLog(5000, async (log, world, want) => {
    expect(world.asked).toMatchObject([{ before: null, limit: 200 }]);
    await world.give();
    expect([log.entries().length, log.state()]).toEqual([200, 'waiting']);
    want(201);
    expect(world.asked).toHaveLength(2);
    expect(world.asked[1]).toMatchObject({ before: 4801, limit: 1000 });
    await world.give();
    expect(log.entries().map((entry) => entry.no)).toEqual(Array.from({ length: 1200 }, (_, i) => 5000 - i));
    expect(world.asked).toHaveLength(2);
  }));

  it('knows its end', () => withLog(30, async (log, world, want) => {
    want(Infinity);
    await world.give();
    expect([log.entries().length, log.state()]).toEqual([30, 'complete']);
    expect(world.asked).toHaveLength(1);
  }));

  it('is stopped while a page is on its way, and goes on where it was', () => withLog(5000, async (log, world, want) => {
    want(Infinity);
    await world.give();
    log.stop();
    expect(world.asked[1]!.signal.aborted).toBe(true);
    await world.give();
    expect([log.entries().length, log.state()]).toEqual([200, 'stopped']);
    log.resume();
    expect(world.asked[2]).toMatchObject({ before: 4801, limit: 1000 });
  }));

  it('keeps what it has when a page fails, and tries that page again', () => withLog(5000, async (log, world, want) => {
    want(300);
    await world.give();
    await world.fail();
    expect([log.entries().length, log.state(), (log.failure() as Error).message]).toEqual([200, 'failed', 'busy']);
    log.resume();
    await world.give();
    expect([log.entries().length, log.state(), log.failure()]).toEqual([1200, 'waiting', null]);
  }));

  it('begins anew, whatever was on its way', () => withLog(5000, async (log, world, want) => {
    await world.give();
    want(300);
    log.restart();
    expect(log.entries()).toEqual([]);
    expect(world.asked.at(-1)).toMatchObject({ before: null, limit: 200 });
  }));
});
