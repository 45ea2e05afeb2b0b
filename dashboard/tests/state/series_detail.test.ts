import { describe, expect, it } from 'vitest';
import { asked, makeStore, raw, settle, useFakeBrowser } from './series_fixture';

useFakeBrowser();

describe('how sharply lines are asked for', () => {
  const names = (n: number) => Array.from({ length: n }, (_, i) => `r${i}`);
  const answerAll = (at: number, how: 'exact' | 'picture' = 'exact') => {
    const { runs, keys } = asked[at]!.request;
    asked[at]!.answer(keys.flatMap((key) => runs.map((run) => ({ ...raw(run, key, [[0, 1], [1, 2]]), precision: how }))));
  };

  it('asks for exact values of few lines, for a smaller picture of more, and for a still smaller one of many', async () => {
    const forms = async (n: number) => {
      const { store, dispose } = makeStore(names(n));
      store.want('loss', { width: 600, height: 186 });
      await settle();
      dispose();
      const { width, height } = asked.pop()!.request;
      return { width, height };
    };
    expect(await forms(4)).toEqual({ width: 600, height: null });
    expect(await forms(5)).toEqual({ width: 300, height: 186 });
    expect(await forms(33)).toEqual({ width: 200, height: 186 });
  });

  it('asks for exact lines when few are left, and not again for a coarser picture', async () => {
    const { store, setRuns, dispose } = makeStore(names(5));
    const sources = (n: number) => names(n).map((id) => ({ id, createdUs: 0 }));
    store.want('loss', { width: 600, height: 186 });
    await settle();
    answerAll(0, 'picture');
    await settle();
    setRuns(sources(2));
    await settle();
    expect(asked[1]?.request).toMatchObject({ runs: ['r0', 'r1'], width: 600, height: null });
    answerAll(1);
    await settle();
    setRuns(sources(5));
    await settle();
    expect(asked.length).toBe(2);
    dispose();
  });

  it('asks for exact values where a picture is not enough', async () => {
    const { store, dispose } = makeStore(names(40));
    const leave = store.want('loss', { width: 600, height: 186 });
    await settle();
    answerAll(0, 'picture');
    await settle();
    leave();
    store.want('loss', { width: 600, height: null });
    await settle();
    expect(asked[1]?.request).toMatchObject({ width: 200, height: null });
    dispose();
  });

  it('lets exact lines go when nobody wants them', async () => {
    const { store, dispose } = makeStore(names(5), 'step', 'exact');
    const first = store.want('loss', { width: 600, height: null });
    const second = store.want('loss', { width: 600, height: null });
    await settle();
    answerAll(0);
    await settle();
    first();
    await settle();
    expect(store.panel('loss')().lines.size).toBe(5);
    second();
    await settle();
    expect(store.panel('loss')().lines.size).toBe(0);
    expect(asked.length).toBe(1);
    dispose();
  });

  it('says when all lines are here, and when they cannot be read', async () => {
    const { store, dispose } = makeStore(names(5), 'step', 'exact');
    store.want('loss', { width: 600, height: null });
    const done: string[] = [];
    void store.complete('loss').then(() => done.push('here'));
    await settle();
    expect(done).toEqual([]);
    answerAll(0);
    await settle();
    expect(done).toEqual(['here']);
    store.want('accuracy', { width: 600, height: null });
    store.complete('accuracy').catch((error: unknown) => done.push((error as Error).message));
    await settle();
    asked[1]?.fail(new Error('no way'));
    await settle();
    expect(done).toEqual(['here', 'no way']);
    dispose();
  });

  it('does not read exact lines of another zoom', async () => {
    const { store, setRange, dispose } = makeStore(names(5), 'step', 'exact');
    store.want('loss', { width: 600, height: null });
    await settle();
    answerAll(0);
    await settle();
    setRange({ min: 0, max: 1 });
    expect(store.panel('loss')().lines.size).toBe(0);
    dispose();
  });
});
