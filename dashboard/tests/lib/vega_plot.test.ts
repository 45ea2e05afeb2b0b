import { expect, it } from 'vitest';
import type { JsonObject } from '../../src/api/types';
import { paintPlot, placePlot } from '../../src/charts/simple_plot';
import { readPlot } from '../../src/lib/vega_plot';

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
    mark: 'line', title: '', x: { title: 'a', scale: 'linear', values: [2, 0, 1] }, y: { title: 'loss', scale: 'linear', values: [20, 0, null] }, color: null,
  });
  const coloured = spec({ encoding: { x: { field: 'a', type: 'quantitative' }, y: { field: 'b', type: 'quantitative', scale: { type: 'log' } }, color: { field: 'c', type: 'nominal' } } });
  expect(readPlot(coloured)).toMatchObject({ y: { scale: 'log' }, color: { title: 'c', names: ['x', 'x', 'y'] } });
  expect(readPlot(bars([{ a: 'p', b: 1 }, { a: 'q', b: 2 }]))?.mark).toBe('bar');
});

it('draws nothing that it would have to guess at', () => {
  const x = { field: 'a', type: 'quantitative' };
  const strange: JsonObject[] = [
    {}, spec({ mark: 'arc' }), spec({ mark: '__proto__' }), spec({ mark: { type: 'line', interpolate: 'step' } }), spec({ transform: [] }), spec({ layer: [] }), spec({ data: { url: 'https://example.org/' } }),
    spec({ data: { values: [] } }), spec({ data: { values: [1] } }), spec({ data: { values: 'x' } }), spec({ data: { values: [{ a: 'text', b: 1 }] } }),
    spec({ encoding: { x } }), spec({ encoding: { x, y: { aggregate: 'count' } } }), spec({ encoding: { x, y: { ...x, bin: true } } }), spec({ encoding: { x, y: { ...x, type: 'temporal' } } }),
    spec({ encoding: { x, y: { ...x, scale: { domain: [0, 1] } } } }), spec({ encoding: { x, y: { ...x, field: 'a.b' } } }), spec({ encoding: { x, y: x, row: x } }),
    spec({ encoding: { x, y: x, color: x } }), bars([{ a: 'p', b: 1 }, { a: 'p', b: 2 }]), bars([{ a: 'p', b: 1 }], { color: { field: 'a', type: 'nominal' } }),
    bars(Array.from({ length: 41 }, (_, i) => ({ a: `n${i}`, b: i }))), bars([{ a: {}, b: 1 }]),
  ];
  for (const one of strange) expect(readPlot(one), JSON.stringify(one).slice(0, 200)).toBeNull();
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
