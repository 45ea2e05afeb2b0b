// A series store over answers that the test gives itself, and a clock of its own.
import { createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, vi } from 'vitest';
import type { GroupSeries, Series, SeriesAnswer, SeriesRequest, Smoothing, XMode } from '../../src/api/types';
import type { Range } from '../../src/charts/range';
import type { Source } from '../../src/state/series_source';
import { createSeriesStore, type SeriesStore } from '../../src/state/series_store';

export interface Asked {
  request: SeriesRequest;
  answer: (series: Series[], groups?: GroupSeries[]) => void;
  fail: (error: Error) => void;
  signal: AbortSignal | undefined;
}
const hoisted = vi.hoisted((): { asked: Asked[] } => ({ asked: [] }));
export const asked = hoisted.asked;
vi.mock('../../src/api/client', () => ({
  getSeries: (request: SeriesRequest, signal?: AbortSignal) =>
    new Promise<SeriesAnswer>((resolve, fail) => hoisted.asked.push({
      request, signal, fail, answer: (series, groups = []) => resolve({ series, groups }),
    })),
}));

export const raw = (run: string, key: string, points: [number, number][]): Series => ({
  run, key, x: 'step', mode: 'raw', total: points.length, smoothed: null, precision: 'exact', smoothedOver: 1, xRises: true,
  points: { x: Float64Array.from(points.map((p) => p[0])), y: Float64Array.from(points.map((p) => p[1])) },
});
export const delta = (key: string, ...points: [number, number][]) =>
  new Map([[key, { step: points.map((p) => p[0]), timeUs: points.map((p) => p[0] * 1e6), value: points.map((p) => p[1]) }]]);

export function makeStore(runIds: string[], x: XMode = 'step', detail: 'picture' | 'exact' = 'picture') {
  return createRoot((dispose) => {
    const [runs, setRuns] = createSignal<Source[]>(runIds.map((id) => ({ id, createdUs: 0 })));
    const [range, setRange] = createSignal<Range | null>(null);
    const [smoothing, setSmoothing] = createSignal<Smoothing | null>(null);
    const store = createSeriesStore({ runs, x: () => x, range, smoothing, detail });
    return { store, setRuns, setRange, setSmoothing, dispose };
  });
}
export const settle = () => vi.advanceTimersByTimeAsync(20);
export const pointsOf = (store: SeriesStore, key: string, run: string) => {
  const line = store.panel(key)().lines.get(run);
  return line ? Array.from({ length: line.n }, (_, i) => [line.x[i], line.mid[i]]) : null;
};

export function useFakeBrowser(): void {
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
}
