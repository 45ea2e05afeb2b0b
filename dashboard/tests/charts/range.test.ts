import { describe, expect, it } from 'vitest';
import { lineFromRaw } from '../../src/charts/line_data';
import { clippedExtent, formatRange, padded, panned, parseRange, positiveX, xExtent, yExtent, zoomed } from '../../src/charts/range';
import { kLinear, kLog, symlog } from '../../src/charts/scale';

const line = (x: number[], y: number[]) => lineFromRaw(Float64Array.from(x), Float64Array.from(y), y.length);

describe('extents', () => {
  it('spans all lines and ignores empty ones', () => {
    expect(xExtent([line([2, 5], [0, 0]), line([], []), line([1, 3], [0, 0])])).toEqual({ min: 1, max: 5 });
    expect(xExtent([line([], [])])).toBeNull();
  });

  it('looks only at finite values in the window', () => {
    const l = line([0, 1, 2, 3], [100, NaN, -2, Infinity]);
    expect(yExtent([l], { min: 1, max: 3 }, kLinear)).toEqual({ min: -2, max: -2 });
  });

  it('takes on a log scale only what a logarithm can show', () => {
    expect(yExtent([line([0, 1, 2], [-1, 0, 0.5])], { min: 0, max: 9 }, kLog)).toEqual({ min: 0.5, max: 0.5 });
    expect(yExtent([line([0], [0])], { min: 0, max: 9 }, kLog)).toBeNull();
  });

  it('takes on a symlog scale zero and negative values', () => {
    const l = line([0, 1, 2], [-100, 0, 0.5]);
    expect(yExtent([l], { min: 0, max: 9 }, symlog(1))).toEqual({ min: -100, max: 0.5 });
    expect(clippedExtent([l], { min: 0, max: 9 }, symlog(1)).extent).toEqual({ min: -100, max: 0.5 });
  });
});

describe('padding', () => {
  it('never takes values of one sign over zero', () => {
    expect(padded({ min: 0.01, max: 1 }, kLinear).min).toBe(0);
    expect(padded({ min: -1, max: 1 }, kLinear).min).toBeLessThan(-1);
  });
  it('gives a single value a range', () => {
    expect(padded({ min: 5, max: 5 }, kLinear)).toEqual({ min: 4.5, max: 5.5 });
    expect(padded({ min: 0, max: 0 }, kLinear)).toEqual({ min: -1, max: 1 });
    const log = padded({ min: 10, max: 10 }, kLog);
    expect(log.min).toBeGreaterThan(0);
    expect(log.max).toBeGreaterThan(10);
    expect(padded({ min: 0, max: 0 }, symlog(0.1))).toEqual({ min: -0.1, max: 0.1 });
  });
  it('has as much air on both sides of a symlog axis as it looks', () => {
    const place = (value: number) => Math.sign(value) * Math.log(1 + Math.abs(value) / 3);
    const { min, max } = padded({ min: -10, max: 5000 }, symlog(3));
    const air = 0.06 * (place(5000) - place(-10));
    expect(place(min)).toBeCloseTo(place(-10) - air, 9);
    expect(place(max)).toBeCloseTo(place(5000) + air, 9);
    expect(padded({ min: 0, max: 5000 }, symlog(3)).min).toBe(0);
  });
});

it('zooms about the middle and pans by a share, as seen on the axis', () => {
  expect(zoomed({ min: 0, max: 10 }, 0.5, kLinear)).toEqual({ min: 2.5, max: 7.5 });
  expect(panned({ min: 0, max: 10 }, 0.2, kLinear)).toEqual({ min: 2, max: 12 });
  const near = zoomed({ min: 1, max: 10_000 }, 0.5, kLog);
  expect([near.min, near.max].map(Math.round)).toEqual([10, 1000]);
  const right = panned({ min: 1, max: 100 }, 0.5, kLog);
  expect([right.min, right.max].map(Math.round)).toEqual([10, 1000]);
  const about = zoomed({ min: -50, max: 50 }, 0.5, symlog(2));
  expect(about.min).toBeCloseTo(-about.max, 9);
  expect(Math.log1p(about.max / 2)).toBeCloseTo(Math.log1p(25) / 2, 9);
});

it('stays where the next range would be no numbers', () => {
  const far = { min: 1e200, max: 1e300 };
  expect(zoomed(far, 10, kLog)).toEqual(far);
  expect(panned({ min: 0, max: 10 }, 0.2, kLog)).toEqual({ min: 0, max: 10 });
});

it('goes into the address and back', () => {
  const range = { min: 0.1, max: 1_700_000_000.25 };
  expect(parseRange(formatRange(range))).toEqual(range);
  for (const bad of [null, '', '1', '2~1', 'a~b', '1~2~3', '1~Infinity']) expect(parseRange(bad)).toBeNull();
});

describe('clipping', () => {
  it('leaves out the farthest hundredths and counts what it hides', () => {
    const y = Array.from({ length: 200 }, (_, i) => (i === 50 ? 1000 : 1 + (i % 10) / 10));
    const clipped = clippedExtent([line(y.map((_, i) => i), y)], { min: 0, max: 200 }, kLinear);
    expect(clipped.extent?.max).toBeCloseTo(1.9, 9);
    expect([clipped.above, clipped.below]).toEqual([1, 0]);
  });
  it('hides nothing of calm lines', () => {
    const clipped = clippedExtent([line([0, 1, 2], [1, 2, 3])], { min: 0, max: 2 }, kLinear);
    expect(clipped).toEqual({ extent: { min: 1, max: 3 }, above: 0, below: 0 });
  });
});

it('a logarithmic x begins at the first that is above zero', () => {
  expect(positiveX([line([0, 2, 9], [1, 1, 1])], { min: 0, max: 9 })).toEqual({ min: 2, max: 9 });
  expect(positiveX([], { min: -5, max: 0 })).toEqual({ min: 0.1, max: 1 });
});
