// How charts are looked at: axis, smoothing, zoom, log scales. All of it lives in the address.
import { createMemo, createSignal, type Accessor, type Setter } from 'solid-js';
import type { XMode } from '../api/types';
import { formatRange, parseRange, type Range } from '../charts/range';
import { query, setQuery } from './location';

// One x axis that charts share: zooming one zooms all.
export interface AxisView {
  x: Accessor<XMode>;
  range: Accessor<Range | null>;
  zoom: (range: Range | null) => void;
}

export interface ChartView {
  main: AxisView;
  // System samples have no step: while the others show steps, they have an axis of their own.
  system: AxisView;
  setX: (x: XMode) => void;
  // 0 is off, else the factor of the moving average, below 1.
  smoothing: Accessor<number>;
  setSmoothing: (factor: number) => void;
  isLog: (key: string) => boolean;
  toggleLog: (key: string) => void;
  isClosed: (section: string) => boolean;
  toggleClosed: (section: string) => void;
  // The panel that fills the window.
  opened: Accessor<string | null>;
  open: (key: string | null) => void;
  keyFilter: Accessor<string>;
  setKeyFilter: (text: string) => void;
  // The run under the pointer, in whatever chart or list.
  focusedRun: Accessor<string | null>;
  setFocusedRun: Setter<string | null>;
}

const kMostSmoothing = 0.999;
// Zoom steps closer together than this are one for the Back button (the wheel).
const kOneStepMs = 400;

function listParameter(name: string): { has: (item: string) => boolean; toggle: (item: string) => void } {
  const items = createMemo(() => new Set((query(name) ?? '').split(',').filter((item) => item !== '').map(decodeURIComponent)));
  return {
    has: (item) => items().has(item),
    toggle: (item) => {
      const next = new Set(items());
      if (!next.delete(item)) next.add(item);
      setQuery({ [name]: [...next].map(encodeURIComponent).join(',') });
    },
  };
}

function axisView(x: Accessor<XMode>, parameter: Accessor<string>): AxisView {
  let lastStep = 0;
  const range = createMemo(() => parseRange(query(parameter())), undefined, {
    equals: (a, b) => a?.min === b?.min && a?.max === b?.max,
  });
  return {
    x,
    range,
    zoom: (next) => {
      const now = performance.now();
      setQuery({ [parameter()]: formatRange(next) }, now - lastStep < kOneStepMs ? 'replace' : 'push');
      lastStep = now;
    },
  };
}

export function createChartView(): ChartView {
  const x = createMemo((): XMode => {
    const text = query('x');
    return text === 'time' || text === 'relative' ? text : 'step';
  });
  const smoothing = createMemo(() => {
    const factor = Number(query('sm') ?? '0');
    return factor > 0 && factor < 1 ? Math.min(kMostSmoothing, factor) : 0;
  });
  const log = listParameter('log');
  const closed = listParameter('closed');
  const [focusedRun, setFocusedRun] = createSignal<string | null>(null);
  return {
    main: axisView(x, () => 'z'),
    system: axisView(() => (x() === 'step' ? 'relative' : x()), () => (x() === 'step' ? 'zs' : 'z')),
    setX: (next) => setQuery({ x: next === 'step' ? null : next, z: null, zs: null }, 'push'),
    smoothing,
    setSmoothing: (factor) => setQuery({ sm: factor > 0 ? String(factor) : null }),
    isLog: log.has,
    toggleLog: log.toggle,
    isClosed: closed.has,
    toggleClosed: closed.toggle,
    opened: () => query('panel'),
    open: (key) => setQuery({ panel: key }, 'push'),
    keyFilter: () => query('keys') ?? '',
    setKeyFilter: (text) => setQuery({ keys: text }),
    focusedRun,
    setFocusedRun,
  };
}
