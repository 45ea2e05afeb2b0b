import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/api/types';
import { paintPlot, placePlot } from '../../src/charts/simple_plot';
import { readPlot, refusalOf } from '../../src/lib/vega_plot';

const box = { left: 10, top: 20, width: 100, height: 50 };
const spec = (more: JsonObject = {}): JsonObject => ({
  $schema: 'https://vega.github.io/schema/vega-lite/v5.json', mark: 'line',
  data: { values: [{ a: 2, b: 20, c: 'x' }, { a: 0, b: 0, c: 'x' }, { a: 1, b: null, c: 'y' }] },
  encoding: { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'quantitative', title: 'loss' } }, ...more,
});
const bars = (values: JsonObject[], encoding: JsonObject = {}): JsonObject =>
  spec({ mark: { type: 'bar' }, data: { values }, encoding: { x: { field: 'a', type: 'nominal' }, y: { field: 'b', type: 'quantitative' }, ...encoding } });

it('reads one mark over its own values', () => {
  expect(readPlot(spec())).toEqual({
    mark: 'line', title: '', x: { title: 'a', scale: 'linear', zero: false, order: null, values: [2, 0, 1] },
    y: { title: 'loss', scale: 'linear', zero: false, order: null, values: [20, 0, null] }, color: null,
  });
  const coloured = spec({ encoding: { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'quantitative', scale: { type: 'log' } }, color: { field: 'c', type: 'nominal' } } });
  expect(readPlot(coloured)).toMatchObject({ y: { scale: 'log' }, color: { title: 'c', names: ['x', 'x', 'y'], order: ['x', 'y'] } });
  expect(readPlot(bars([{ a: 'p', b: 1 }, { a: 'q', b: 2 }]))?.mark).toBe('bar');
});

it('draws nothing that it would have to guess at', () => {
  const x = { field: 'a', type: 'quantitative' };
  const strange: JsonObject[] = [
    {}, spec({ mark: 'arc' }), spec({ mark: '__proto__' }), spec({ mark: { type: 'line', interpolate: 'step' } }), spec({ transform: [] }), spec({ layer: [] }), spec({ data: { url: 'https://example.org/' } }),
    spec({ data: { values: [] } }), spec({ data: { values: [1] } }), spec({ data: { values: 'x' } }), spec({ data: { values: [{ a: 'text', b: 1 }] } }),
    spec({ encoding: { x } }), spec({ encoding: { x, y: { aggregate: 'count' } } }), spec({ encoding: { x, y: { ...x, bin: true } } }), spec({ encoding: { x, y: { ...x, type: 'temporal' } } }),
    spec({ encoding: { x, y: { ...x, scale: { domain: [0, 1] } } } }), spec({ encoding: { x, y: { ...x, scale: { zero: 'no' } } } }), spec({ encoding: { x, y: { ...x, field: 'a.b' } } }), spec({ encoding: { x, y: x, row: x } }),
    spec({ encoding: { x, y: x, color: x } }), bars([{ a: 'p', b: 1 }, { a: 'p', b: 2 }]), bars([{ a: 'p', b: 1 }], { color: { field: 'a', type: 'nominal' } }),
    bars(Array.from({ length: 41 }, (_, i) => ({ a: `n${i}`, b: i }))), bars([{ a: {}, b: 1 }]),
  ];
  for (const one of strange) expect(readPlot(one), JSON.stringify(one).slice(0, 200)).toBeNull();
});

const orderOf = (cells: (string | number | boolean | null)[], channel: JsonObject = {}): string[] | null | undefined =>
  readPlot(bars(cells.map((a) => ({ a, b: 1 })), { x: { field: 'a', type: 'nominal', ...channel } }))?.x.order;

it('names stand in the order that Vega-Lite gives them', () => {
  expect(orderOf(['b', 'a10', 'a9', 'B'])).toEqual(['B', 'a10', 'a9', 'b']);
  expect(orderOf([10, 9, null, 100])).toEqual(['null', '9', '10', '100']);
  expect(orderOf(['b', 'c', 'a'], { sort: 'ascending' })).toEqual(['a', 'b', 'c']);
  expect(orderOf([9, 10, 100], { sort: 'descending', type: 'ordinal' })).toEqual(['100', '10', '9']);
  expect(orderOf(['b', 'c', 'a'], { sort: null })).toEqual(['b', 'c', 'a']);
  expect(orderOf(['b', 'c', 'a', 'd'], { sort: ['d', 'not there', 'a', 'd'] }), 'the others as they come').toEqual(['d', 'a', 'b', 'c']);
  expect(orderOf([true, false], { sort: [true] })).toEqual(['true', 'false']);
});

it('the order decides on places and colours', () => {
  const at = (sort: JsonObject): number[] => placePlot(readPlot(bars([{ a: 'p', b: 4 }, { a: 'q', b: 1 }], { x: { field: 'a', type: 'nominal', ...sort } }))!, box).series[0]!.points.map((point) => point!.x);
  expect(at({})).toEqual([35, 85]);
  expect(at({ sort: 'descending' })).toEqual([85, 35]);
  const values = [{ a: 1, b: 'low', c: 'y' }, { a: 2, b: 'high', c: 'x' }];
  const placed = (color: JsonObject, y: JsonObject = {}) => placePlot(readPlot(spec({
    mark: 'point', data: { values },
    encoding: { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'nominal', ...y }, color: { field: 'c', type: 'nominal', ...color } },
  }))!, box).series;
  expect(placed({}).map(({ name, points }) => [name, points[0]!.y]), 'the first name is on top').toEqual([['x', 20], ['y', 70]]);
  expect(placed({ sort: null }, { sort: ['low', 'high'] }).map(({ name, points }) => [name, points[0]!.y])).toEqual([['y', 20], ['x', 70]]);
});

it('zero is on the axis where it is asked for', () => {
  const lowest = (scale: JsonObject): number => placePlot(readPlot(spec({
    data: { values: [{ a: 1, b: 10 }, { a: 2, b: 20 }] }, encoding: { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'quantitative', scale } },
  }))!, box).series[0]!.points[0]!.y;
  expect(lowest({ zero: true })).toBe(45);
  expect(lowest({ zero: false })).toBe(70);
});

it('says which order and which bars it does not draw', () => {
  const rows = [{ a: 'p', b: 1 }, { a: 'q', b: 2 }];
  const general = 'A Vega-Lite specification of more than is drawn here; save it for a viewer.';
  for (const sort of ['-y', 'x', { field: 'b', op: 'sum' }, { encoding: 'y' }, [{}]] as const) {
    const one = bars(rows, { x: { field: 'a', type: 'nominal', sort: sort as JsonObject } });
    expect(readPlot(one), JSON.stringify(sort)).toBeNull();
    expect(refusalOf(one)).toContain('whose x has an order (sort) that is not drawn');
  }
  const backwards = spec({ encoding: { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'quantitative', sort: 'descending' } } });
  expect(readPlot(backwards)).toBeNull();
  expect(refusalOf(backwards)).toContain('whose y has an order');
  const floating = bars(rows, { y: { field: 'b', type: 'quantitative', scale: { zero: false } } });
  expect(readPlot(floating)).toBeNull();
  expect(refusalOf(floating)).toContain('scale.zero is false');
  expect(readPlot(bars(rows, { y: { field: 'b', type: 'quantitative', scale: { zero: true } } }))?.mark).toBe('bar');
  expect(refusalOf(spec({ mark: 'arc' }))).toBe(general);
  expect(refusalOf({})).toBe(general);
});

it('a line goes by x, broken where a value is missing', () => {
  const { series } = placePlot(readPlot(spec())!, box);
  expect(series).toEqual([{ name: '', points: [{ x: 10, y: 70 }, null, { x: 110, y: 20 }] }]);
});

it('bars stand on zero, beside each other', () => {
  const plot = readPlot(bars([{ a: 'p', b: 4 }, { a: 'q', b: -1 }]))!;
  const placed = placePlot(plot, box);
  expect(placed.series[0]!.points.map((point) => point!.x)).toEqual([35, 85]);
  expect(placed.zero).toBe(60);
  const rectangles: number[][] = [];
  const ignore = (): undefined => undefined;
  const context = new Proxy({ fillRect: (...at: number[]) => rectangles.push(at) }, { get: (target, name) => (name === 'fillRect' ? target.fillRect : ignore), set: () => true });
  paintPlot(context as unknown as CanvasRenderingContext2D, plot, placed, 'light');
  expect(rectangles).toEqual([[15, 20, 40, 40], [65, 60, 40, 10]]);
});
