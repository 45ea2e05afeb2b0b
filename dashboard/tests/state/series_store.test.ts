import { createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GroupSeries, Series, SeriesAnswer, SeriesRequest, Smoothing, XMode } from '../../src/api/types';
import type { Range } from '../../src/charts/range';
import type { Source } from '../../src/state/series_source';
import { createSeriesStore, type SeriesStore } from '../../src/state/series_store';

interface Asked {
  request: SeriesRequest;
  answer: (series: Series[], groups?: GroupSeries[]) => void;
  fail: (error: Error) => void;
  signal: AbortSignal | undefined;
}
const asked = vi.hoisted((): Asked[] => []);
vi.mock('../../src/api/client', () => ({
  getSeries: (request: SeriesRequest, signal?: AbortSignal) =>
    new Promise<SeriesAnswer>((resolve, fail) => asked.push({
      request, signal, fail, answer: (series, groups = []) => resolve({ series, groups }),
    })),
}));

const raw = (run: string, key: string, points: [number, number][]): Series => ({
  run, key, x: 'step', mode: 'raw', total: points.length, smoothed: null, smoothedOver: 1, xRises: true,
  points: { x: Float64Array.from(points.map((p) => p[0])), y: Float64Array.from(points.map((p) => p[1])) },
});
const delta = (key: string, ...points: [number, number][]) =>
  new Map([[key, { step: points.map((p) => p[0]), timeUs: points.map((p) => p[0] * 1e6), value: points.map((p) => p[1]) }]]);

function makeStore(runIds: string[], x: XMode = 'step') {
  return createRoot((dispose) => {
    const [runs, setRuns] = createSignal<Source[]>(runIds.map((id) => ({ id, createdUs: 0 })));
    const [range, setRange] = createSignal<Range | null>(null);
    const [smoothing, setSmoothing] = createSignal<Smoothing | null>(null);
    const store = createSeriesStore({ runs, x: () => x, range, smoothing });
    return { store, setRuns, setRange, setSmoothing, dispose };
  });
}
const settle = () => vi.advanceTimersByTimeAsync(20);
const pointsOf = (store: SeriesStore, key: string, run: string) => {
  const line = store.panel(key)().lines.get(run);
  return line ? Array.from({ length: line.n }, (_, i) => [line.x[i], line.mid[i]]) : null;
};

beforeEach(() => {
  asked.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal('devicePixelRatio', 1);
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => setTimeout(run, 1));
  vi.stubGlobal('cancelAnimationFrame', (id: number) => clearTimeout(id));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the series store', () => {
  it('asks once for all panels that can be seen', async () => {
    const { store, dispose } = makeStore(['a', 'b']);
    store.want('loss', 310);
    store.want('accuracy', 310);
    await settle();
    expect(asked.length).toBe(1);
    expect(asked[0]?.request).toMatchObject({ runs: ['a', 'b'], keys: ['loss', 'accuracy'], x: 'step', from: null, to: null, width: 400 });
    dispose();
  });

  it('loses and doubles no point that comes while the answer is under way', async () => {
    const { store, dispose } = makeStore(['a']);
    store.want('loss', 310);
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
    store.want('loss', 310);
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
    store.want('loss', 310);
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
    store.want('loss', 310);
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
    store.want('loss', 310);
    await settle();
    asked[0]?.fail(new Error('no database'));
    await settle();
    expect(store.panel('loss')()).toMatchObject({ status: 'error', error: 'no database' });
    store.want('loss', 310);
    await settle();
    expect(asked.length).toBe(1);
    store.retry('loss');
    await settle();
    expect(asked.length).toBe(2);
    dispose();
  });

  it('asks again after a failure when the server says what was lost', async () => {
    const { store, dispose } = makeStore(['a']);
    store.want('loss', 310);
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
    store.want('loss', 310);
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
    store.want('loss', 310);
    await settle();
    const bucketed: Series = {
      run: 'b', key: 'loss', x: 'step', mode: 'buckets', total: 9, smoothed: null, smoothedOver: 1, xRises: true,
      buckets: Object.fromEntries(['x', 'xLast', 'min', 'max', 'mean', 'first', 'last', 'count', 'nonfinite'].map((n) => [n, new Float64Array(1)])) as never,
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
    store.want('loss', 310);
    await settle();
    expect(asked[0]?.request).toMatchObject({ runs: [], groups: [{ name: 'g1', runs: ['a', 'b'] }, { name: 'g2', runs: ['c'] }] });
    const f64 = (value: number) => Float64Array.from([value]);
    const group = (name: string): GroupSeries => ({
      group: name, key: 'loss', x: 'step', runs: 2,
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
    store.want('loss', 310);
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
