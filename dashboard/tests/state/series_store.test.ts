import { describe, expect, it, vi } from 'vitest';
import type { GroupSeries, Series } from '../../src/api/types';
import { asked, delta, makeStore, pointsOf, raw, settle, useFakeBrowser } from './series_fixture';

useFakeBrowser();

describe('the series store', () => {
  it('asks once for all panels that can be seen', async () => {
    const { store, dispose } = makeStore(['a', 'b']);
    store.want('loss', { width: 310, height: 186 });
    store.want('accuracy', { width: 310, height: 186 });
    await settle();
    expect(asked.length).toBe(1);
    expect(asked[0]?.request).toMatchObject({ runs: ['a', 'b'], keys: ['loss', 'accuracy'], x: 'step', from: null, to: null, width: 400 });
    dispose();
  });

  it('loses and doubles no point that comes while the answer is under way', async () => {
    const { store, dispose } = makeStore(['a']);
    store.want('loss', { width: 310, height: 186 });
    await settle();
    store.append('a', delta('loss', [2, 20], [3, 30]));
    asked[0]?.answer([raw('a', 'loss', [[0, 0], [1, 10], [2, 20]])]);
    await settle();
    store.append('a', delta('loss', [4, 40]));
    await settle();
    expect(pointsOf(store, 'loss', 'a')).toEqual([[0, 0], [1, 10], [2, 20], [3, 30], [4, 40]]);
    expect(asked.length).toBe(1);
    dispose();
  });

  it('asks for a run that joins, and only for that', async () => {
    const { store, setRuns, dispose } = makeStore(['a']);
    store.want('loss', { width: 310, height: 186 });
    await settle();
    asked[0]?.answer([raw('a', 'loss', [[0, 0]])]);
    await settle();
    setRuns([{ id: 'a', createdUs: 0 }, { id: 'b', createdUs: 0 }]);
    await settle();
    expect(asked[1]?.request.runs).toEqual(['b']);
    dispose();
  });

  it('asks again after a zoom, gives up the older question, and keeps the old line until then', async () => {
    const { store, setRange, dispose } = makeStore(['a']);
    store.want('loss', { width: 310, height: 186 });
    await settle();
    asked[0]?.answer([raw('a', 'loss', [[0, 0], [9, 9]])]);
    await settle();
    setRange({ min: 2, max: 4 });
    await settle();
    setRange({ min: 2, max: 3 });
    await settle();
    expect(asked[1]?.signal?.aborted).toBe(true);
    expect(asked[2]?.request).toMatchObject({ from: 2, to: 3 });
    expect(pointsOf(store, 'loss', 'a')).toEqual([[0, 0], [9, 9]]);
    asked[1]?.answer([raw('a', 'loss', [[7, 7]])]);
    asked[2]?.answer([raw('a', 'loss', [[2, 2]])]);
    await settle();
    expect(pointsOf(store, 'loss', 'a')).toEqual([[2, 2]]);
    dispose();
  });

  it('leaves live points outside of a zoom out', async () => {
    const { store, setRange, dispose } = makeStore(['a']);
    setRange({ min: 0, max: 3 });
    store.want('loss', { width: 310, height: 186 });
    await settle();
    asked[asked.length - 1]?.answer([raw('a', 'loss', [[0, 0]])]);
    await settle();
    store.append('a', delta('loss', [3, 3], [4, 4]));
    await settle();
    expect(pointsOf(store, 'loss', 'a')).toEqual([[0, 0], [3, 3]]);
    dispose();
  });

  it('says what failed, does not ask in a loop, and asks again when told', async () => {
    const { store, dispose } = makeStore(['a']);
    store.want('loss', { width: 310, height: 186 });
    await settle();
    asked[0]?.fail(new Error('no database'));
    await settle();
    expect(store.panel('loss')()).toMatchObject({ status: 'error', error: 'no database' });
    store.want('loss', { width: 310, height: 186 });
    await settle();
    expect(asked.length).toBe(1);
    store.retry('loss');
    await settle();
    expect(asked.length).toBe(2);
    dispose();
  });

  it('asks again after a failure when the server says what was lost', async () => {
    const { store, dispose } = makeStore(['a']);
    store.want('loss', { width: 310, height: 186 });
    await settle();
    asked[0]?.answer([raw('a', 'loss', [[0, 0]])]);
    await settle();
    store.refresh('a');
    await settle();
    asked[1]?.fail(new Error('restarting'));
    await settle();
    store.append('a', delta('loss', [1, 1]));
    await settle();
    expect(store.panel('loss')()).toMatchObject({ status: 'ready', error: 'restarting' });
    expect(asked.length).toBe(2);
    store.refresh('a');
    await settle();
    expect(asked[2]?.request.runs).toEqual(['a']);
    expect(store.panel('loss')().error).toBe('');
    asked[2]?.answer([raw('a', 'loss', [[0, 0], [1, 1], [2, 2]])]);
    await settle();
    expect(pointsOf(store, 'loss', 'a')).toEqual([[0, 0], [1, 1], [2, 2]]);
    dispose();
  });

  it('reads a run again when deltas of it were lost', async () => {
    const { store, dispose } = makeStore(['a', 'b']);
    store.want('loss', { width: 310, height: 186 });
    await settle();
    asked[0]?.answer([raw('a', 'loss', [[0, 0]]), raw('b', 'loss', [[0, 0]])]);
    await settle();
    store.refresh('a');
    await settle();
    expect(asked[1]?.request.runs).toEqual(['a']);
    store.refresh('a');
    asked[1]?.answer([raw('a', 'loss', [[0, 0]])]);
    await settle();
    expect(asked[2]?.request.runs).toEqual(['a']);
    dispose();
  });

  it('asks the server to smooth only what is not here as a whole', async () => {
    const { store, setSmoothing, dispose } = makeStore(['a', 'b']);
    store.want('loss', { width: 310, height: 186 });
    await settle();
    const bucketed: Series = {
      run: 'b', key: 'loss', x: 'step', mode: 'buckets', total: 9, smoothed: null, precision: 'exact', smoothedOver: 1, xRises: true,
      buckets: Object.fromEntries(['x', 'xLast', 'min', 'max', 'mean', 'last', 'count', 'nonfinite'].map((n) => [n, new Float64Array(1)])) as never,
    };
    asked[0]?.answer([raw('a', 'loss', [[0, 0], [1, 1]]), bucketed]);
    await settle();
    setSmoothing({ kind: 'ema', parameter: 0.5 });
    await vi.advanceTimersByTimeAsync(200);
    expect(asked[1]?.request).toMatchObject({ runs: ['b'], smoothing: { kind: 'ema', parameter: 0.5 } });
    dispose();
  });

  it('asks for groups by their runs, and for all of them again when one changes', async () => {
    const { store, setRuns, dispose } = makeStore([]);
    setRuns([{ id: 'g1', createdUs: 0, members: ['a', 'b'] }, { id: 'g2', createdUs: 0, members: ['c'] }]);
    store.want('loss', { width: 310, height: 186 });
    await settle();
    expect(asked[0]?.request).toMatchObject({ runs: [], groups: [{ name: 'g1', runs: ['a', 'b'] }, { name: 'g2', runs: ['c'] }] });
    const f64 = (value: number) => Float64Array.from([value]);
    const group = (name: string): GroupSeries => ({
      group: name, key: 'loss', x: 'step', runs: 2, precision: 'exact',
      buckets: { x: f64(0), xLast: f64(1), mean: f64(5), std: f64(1), min: f64(4), max: f64(6), median: f64(5), count: f64(2), points: f64(4) },
    });
    asked[0]?.answer([], [group('g1'), group('g2')]);
    await settle();
    expect(store.panel('loss')().lines.get('g1')?.hi[0]).toBe(6);
    setRuns([{ id: 'g1', createdUs: 0, members: ['a', 'b', 'd'] }, { id: 'g2', createdUs: 0, members: ['c'] }]);
    await settle();
    expect(asked[1]?.request.groups.map((one) => one.name)).toEqual(['g1', 'g2']);
    dispose();
  });

  it('reads a growing line over another key again, at a pace, and lets a zoom go first', async () => {
    const { store, setRange, dispose } = makeStore(['a'], 'metric:tokens');
    store.want('loss', { width: 310, height: 186 });
    await settle();
    asked[0]?.answer([raw('a', 'loss', [[0, 0]])]);
    await settle();
    store.append('a', delta('loss', [1, 1]));
    store.append('a', delta('loss', [2, 2]));
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked.length).toBe(1);
    setRange({ min: 0, max: 1 });
    await settle();
    expect(asked[1]?.request).toMatchObject({ from: 0, to: 1 });
    asked[1]?.answer([raw('a', 'loss', [[0, 0]])]);
    await settle();
    store.append('a', delta('loss', [3, 3]));
    await vi.advanceTimersByTimeAsync(4100);
    expect(asked.length).toBe(3);
    dispose();
  });
});
