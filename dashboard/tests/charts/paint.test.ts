import { describe, expect, it } from 'vitest';
import { lineFromRaw, lineFromSeries } from '../../src/charts/line_data';
import { paintLines, paintOver, projectX, projectY, visibleSlice, type Plot } from '../../src/charts/paint';
import { kLinear, kLog, symlog } from '../../src/charts/scale';

const plot: Plot = { left: 10, top: 20, width: 100, height: 50, x: { min: 0, max: 10 }, y: { min: 1, max: 100 }, scale: kLinear, xScale: kLinear, ratio: 1 };
const line = (x: number[], y: number[]) => lineFromRaw(Float64Array.from(x), Float64Array.from(y), y.length);

// Writes down the calls of a canvas context.
function recorder(): { context: CanvasRenderingContext2D; calls: string[] } {
  const calls: string[] = [];
  const context = new Proxy({}, {
    get: (_target, name) => (...args: unknown[]) => calls.push(`${String(name)} ${args.map((a) => (typeof a === 'number' ? Math.round(a * 10) / 10 : a)).join(' ')}`),
    set: () => true,
  }) as unknown as CanvasRenderingContext2D;
  return { context, calls };
}

describe('projection', () => {
  it('maps the corners of the ranges to the corners of the plot', () => {
    expect(projectX(plot)(0)).toBe(10);
    expect(projectX(plot)(10)).toBe(110);
    expect(projectY(plot)(1)).toBe(70);
    expect(projectY(plot)(100)).toBe(20);
  });
  it('is logarithmic where asked, and has no place for zero', () => {
    const py = projectY({ ...plot, scale: kLog });
    expect(py(10)).toBeCloseTo(45, 9);
    expect(py(0)).toBeNaN();
    expect(py(-3)).toBeNaN();
  });
});

it('has on a symlog axis a place for every finite value, by the closed formula', () => {
  const constant = 2;
  const place = (value: number) => Math.sign(value) * Math.log(1 + Math.abs(value) / constant);
  const py = projectY({ ...plot, y: { min: -30, max: 400 }, scale: symlog(constant) });
  const px = projectX({ ...plot, x: { min: -30, max: 400 }, xScale: symlog(constant) });
  for (const value of [-30, -2, -0.001, 0, 0.001, 2, 7, 400]) {
    const share = (place(value) - place(-30)) / (place(400) - place(-30));
    expect(py(value)).toBeCloseTo(70 - 50 * share, 9);
    expect(px(value)).toBeCloseTo(10 + 100 * share, 9);
  }
  expect(py(NaN)).toBeNaN();
});

it('has a logarithmic x where asked', () => {
  const px = projectX({ ...plot, x: { min: 1, max: 100 }, xScale: kLog });
  expect(px(10)).toBeCloseTo(60, 9);
  expect(px(0)).toBeNaN();
});

it('marks what reaches beyond the range, one arrow for neighbours', () => {
  const { context, calls } = recorder();
  paintLines(context, { ...plot, y: { min: 0, max: 10 } }, [
    { data: line([0, 0.1, 0.2, 8], [50, 60, 70, 80]), smoothed: null, color: '#000000', dash: [] },
  ], 'arrows');
  expect(calls.filter((call) => /^moveTo (10|90) 20$/.test(call))).toHaveLength(2);
});

it('takes one entry more on both sides of the window', () => {
  const l = line([0, 1, 2, 3, 4, 5], [0, 0, 0, 0, 0, 0]);
  expect(visibleSlice(l, { min: 2, max: 3 })).toEqual([1, 5]);
  expect(visibleSlice(l, { min: -9, max: 99 })).toEqual([0, 6]);
});

it('breaks the line at a NaN and marks it at the bottom', () => {
  const { context, calls } = recorder();
  paintLines(context, { ...plot, y: { min: 0, max: 10 } }, [
    { data: line([0, 2, 4, 6, 8], [5, 5, NaN, 5, 5]), smoothed: null, color: '#000000', dash: [] },
  ]);
  const strokes = calls.slice(0, calls.findIndex((call) => call.startsWith('stroke ')));
  expect(strokes.filter((call) => call.startsWith('moveTo'))).toEqual(['moveTo 10 45', 'moveTo 70 45']);
  expect(strokes.filter((call) => call.startsWith('lineTo'))).toEqual(['lineTo 30 45', 'lineTo 90 45']);
  expect(calls).toContain('moveTo 50 69');
});

it('marks +∞ at the top and −∞ at the bottom', () => {
  const { context, calls } = recorder();
  paintLines(context, { ...plot, y: { min: 0, max: 10 } }, [
    { data: line([2, 6], [Infinity, -Infinity]), smoothed: null, color: '#000000', dash: [] },
  ]);
  expect(calls.filter((call) => call.startsWith('moveTo'))).toEqual(['moveTo 30 21', 'moveTo 70 69']);
});

it('draws nothing without a range', () => {
  const { context, calls } = recorder();
  paintLines(context, { ...plot, x: { min: 1, max: 1 } }, [{ data: line([1], [1]), smoothed: null, color: '#000000', dash: [] }]);
  expect(calls).toEqual([]);
});

it('lets the band of one among many reach from extreme to extreme, in one thin line', () => {
  const buckets = () => lineFromSeries({
    run: 'r', key: 'k', x: 'step', mode: 'buckets', total: 8, smoothed: null, precision: 'exact', smoothedOver: 1, xRises: true,
    buckets: {
      x: Float64Array.of(0, 4, 8), xLast: Float64Array.of(2, 6, 10), min: Float64Array.of(1, NaN, 3), max: Float64Array.of(5, NaN, 9),
      mean: Float64Array.of(2, NaN, 4), last: null, count: Float64Array.of(3, 3, 3), nonfinite: Float64Array.of(0, 0, 0), xMin: null, xMax: null,
    },
  });
  const many = Array.from({ length: 51 }, () => ({ data: buckets(), smoothed: null, color: '#000000', dash: [4, 2] }));
  const { context, calls } = recorder();
  paintLines(context, { ...plot, y: { min: 0, max: 10 } }, many);
  const strokes = calls.slice(calls.indexOf('setLineDash '), calls.findIndex((call) => call.startsWith('stroke ')));
  expect(strokes.filter((call) => /^(moveTo|lineTo)/.test(call))).toEqual(['moveTo 20 45', 'lineTo 20 65', 'moveTo 100 25', 'lineTo 100 55']);
  expect(calls.some((call) => call.startsWith('closePath'))).toBe(false);
  const strong = recorder();
  paintOver(strong.context, { ...plot, y: { min: 0, max: 10 } }, many[0]!, '#ffffff');
  expect(strong.calls).toContain('fillRect 10 20 100 50');
  expect(strong.calls.filter((call) => call.startsWith('closePath'))).toHaveLength(2);
});
