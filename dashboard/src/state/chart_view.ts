// How charts are looked at: axis, smoothing, zoom, scales, groups. All of it lives in the address, or where `parameters` are.
import { createMemo, createSignal, getOwner, runWithOwner, type Accessor, type Setter } from 'solid-js';
import type { Smoothing, XMode } from '../api/types';
import { kGroupBands, type GroupBand } from '../charts/line_data';
import { formatRange, parseRange, type Range } from '../charts/range';
import { kDefaultConstant, kLinear, kLog, parseConstant, symlog, type Scale, type ScaleKind } from '../charts/scale';
import { formatSmoothing, parseSmoothing } from '../charts/smoothing';
import { addressParameters, type ViewParameters } from './location';

// One x axis that charts share: zooming one zooms all.
export interface AxisView {
  x: XMode;
  range: Accessor<Range | null>;
  zoom: (range: Range | null) => void;
}

export interface ChartView {
  // What was chosen; null leaves it to each key: the step_metric that define_metric gave it, else the step.
  x: Accessor<XMode | null>;
  setX: (x: XMode | null) => void;
  axis: (x: XMode) => AxisView;
  isZoomed: Accessor<boolean>;
  resetZoom: () => void;
  xScale: Accessor<Scale>;
  setXScale: (kind: ScaleKind) => void;
  yScale: (key: string) => Scale;
  setYScale: (key: string, kind: ScaleKind) => void;
  // Of all symlog axes. A text that is no number above zero is the default.
  symlogConstant: Accessor<number>;
  setSymlogConstant: (text: string) => void;
  outliers: Accessor<'show' | 'clip'>;
  setOutliers: (outliers: 'show' | 'clip') => void;
  smoothing: Accessor<Smoothing | null>;
  setSmoothing: (smoothing: Smoothing | null) => void;
  // Fields whose equal values make one line of several runs; empty draws every run.
  groupBy: Accessor<readonly string[]>;
  setGroupBy: (fields: readonly string[]) => void;
  band: Accessor<GroupBand>;
  setBand: (band: GroupBand) => void;
  // What lines are called: a template of lib/legend.ts; empty is the run's name.
  legend: Accessor<string>;
  setLegend: (template: string) => void;
  isClosed: (section: string) => boolean;
  toggleClosed: (section: string) => void;
  // Panels over several keys, as lib/expression.ts reads them.
  expressions: Accessor<readonly string[]>;
  setExpressions: (expressions: readonly string[]) => void;
  // The panel that fills the window.
  opened: Accessor<string | null>;
  open: (key: string | null) => void;
  keyFilter: Accessor<string>;
  setKeyFilter: (text: string) => void;
  // The line under the pointer, in whatever chart or list.
  focusedRun: Accessor<string | null>;
  setFocusedRun: Setter<string | null>;
}

// Zoom steps closer together than this are one for the Back button (the wheel).
const kOneStepMs = 400;

const decodeList = (text: string | null): string[] => (text ?? '').split(',').filter((item) => item !== '').map(decodeURIComponent);
const encodeList = (items: Iterable<string>): string => [...items].map(encodeURIComponent).join(',');
const sameList = (a: readonly string[], b: readonly string[]): boolean => a.join('\n') === b.join('\n');

function listParameter(parameters: ViewParameters, name: string): { has: (item: string) => boolean; toggle: (item: string) => void } {
  const items = createMemo(() => new Set(decodeList(parameters.get(name))));
  return {
    has: (item) => items().has(item),
    toggle: (item) => {
      const next = new Set(items());
      if (!next.delete(item)) next.add(item);
      parameters.set({ [name]: encodeList(next) });
    },
  };
}

// As `lx` says it.
const kXScales: Readonly<Record<string, ScaleKind>> = { 1: 'log', symlog: 'symlog' };

function createScales(parameters: ViewParameters): Pick<ChartView, 'xScale' | 'setXScale' | 'yScale' | 'setYScale' | 'symlogConstant' | 'setSymlogConstant'> {
  const symlogConstant = createMemo(() => parseConstant(parameters.get('sc')));
  const keys = {
    log: createMemo(() => new Set(decodeList(parameters.get('log')))),
    symlog: createMemo(() => new Set(decodeList(parameters.get('symlog')))),
  };
  // Equal settings are one object: a chart is made anew for another one.
  const bent = createMemo(() => symlog(symlogConstant()));
  const scaleOf = (kind: ScaleKind): Scale => (kind === 'symlog' ? bent() : kind === 'log' ? kLog : kLinear);
  return {
    xScale: () => scaleOf(kXScales[parameters.get('lx') ?? ''] ?? 'linear'),
    setXScale: (kind) => parameters.set({ lx: Object.keys(kXScales).find((text) => kXScales[text] === kind) ?? null }),
    yScale: (key) => scaleOf(keys.log().has(key) ? 'log' : keys.symlog().has(key) ? 'symlog' : 'linear'),
    setYScale: (key, kind) => {
      const listOf = (one: 'log' | 'symlog'): string =>
        encodeList(kind === one ? new Set([...keys[one](), key]) : [...keys[one]()].filter((other) => other !== key));
      parameters.set({ log: listOf('log'), symlog: listOf('symlog') });
    },
    symlogConstant,
    setSymlogConstant: (text) => {
      const constant = parseConstant(text);
      parameters.set({ sc: constant === kDefaultConstant ? null : String(constant) });
    },
  };
}

export const createGroupBy = (parameters = addressParameters): Accessor<readonly string[]> =>
  createMemo(() => decodeList(parameters.get('g')), undefined, { equals: sameList });
export const setGroupBy = (fields: readonly string[], parameters = addressParameters): void => parameters.set({ g: encodeList(fields) }, 'push');

function axisView(parameters: ViewParameters, x: XMode, parameter: Accessor<string>): AxisView {
  let lastStep = 0;
  const range = createMemo(() => parseRange(parameters.get(parameter())), undefined, {
    equals: (a, b) => a?.min === b?.min && a?.max === b?.max,
  });
  return {
    x,
    range,
    zoom: (next) => {
      const now = performance.now();
      parameters.set({ [parameter()]: formatRange(next) }, now - lastStep < kOneStepMs ? 'replace' : 'push');
      lastStep = now;
    },
  };
}

const isZoom = (name: string): boolean => name === 'z' || name === 'zs' || name.startsWith('z.');

export function parseAxis(text: string | null): XMode | null {
  if (text === 'time' || text === 'relative' || text === 'step') return text;
  return text?.startsWith('metric:') === true && text.length > 7 ? (text as XMode) : null;
}

export function createChartView(parameters: ViewParameters = addressParameters): ChartView {
  const { get: query, names: queryNames, set: setQuery } = parameters;
  const owner = getOwner();
  const x = createMemo(() => parseAxis(query('x')));
  const smoothing = createMemo(() => parseSmoothing(query('sm')), undefined, {
    equals: (a, b) => a?.kind === b?.kind && a?.parameter === b?.parameter,
  });
  // The chosen axis and the step zoom as `z`; axes that stand beside it have a zoom of their own.
  const zoomParameter = (axis: XMode): string => {
    if (axis === (x() ?? 'step')) return 'z';
    return axis.startsWith('metric:') ? `z.${axis.slice(7)}` : axis === 'step' ? 'z.' : 'zs';
  };
  const axes = new Map<XMode, AxisView>();
  const groupBy = createGroupBy(parameters);
  const closed = listParameter(parameters, 'closed');
  const expressions = createMemo(() => decodeList(query('ex')), undefined, { equals: sameList });
  const [focusedRun, setFocusedRun] = createSignal<string | null>(null);
  const noZoom = (): Record<string, null> => Object.fromEntries(queryNames().filter(isZoom).map((name) => [name, null]));
  return {
    x,
    setX: (next) => setQuery({ ...noZoom(), x: next }, 'push'),
    axis: (mode) => {
      const held = axes.get(mode) ?? runWithOwner(owner, () => axisView(parameters, mode, () => zoomParameter(mode)))!;
      axes.set(mode, held);
      return held;
    },
    isZoomed: () => queryNames().some(isZoom),
    resetZoom: () => setQuery(noZoom(), 'push'),
    ...createScales(parameters),
    outliers: () => (query('clip') === '1' ? 'clip' : 'show'),
    setOutliers: (outliers) => setQuery({ clip: outliers === 'clip' ? '1' : null }),
    smoothing,
    setSmoothing: (next) => setQuery({ sm: formatSmoothing(next) }),
    groupBy,
    setGroupBy: (fields) => setGroupBy(fields, parameters),
    band: () => kGroupBands.find((band) => band === query('band')) ?? 'std',
    setBand: (band) => setQuery({ band: band === 'std' ? null : band }),
    legend: () => query('legend') ?? '',
    setLegend: (template) => setQuery({ legend: template }),
    isClosed: closed.has,
    toggleClosed: closed.toggle,
    expressions,
    setExpressions: (next) => setQuery({ ex: encodeList(next) }, 'push'),
    opened: () => query('panel'),
    open: (key) => setQuery({ panel: key }, 'push'),
    keyFilter: () => query('keys') ?? '',
    setKeyFilter: (text) => setQuery({ keys: text }),
    focusedRun,
    setFocusedRun,
  };
}
