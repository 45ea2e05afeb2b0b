import { describe, expect, it } from 'vitest';
import { contrast, kSurface, kUnsetColor, lineStyle, sameColor } from '../../src/lib/palette';
import { coloredBy, formatColors, parseColors } from '../../src/lib/run_colors';
import { makeRun } from './runs';

const withRate = (lr: number | string | undefined) => makeRun({ config: lr === undefined ? {} : { lr } });

describe('coloredBy', () => {
  it('places numbers in their range, on a logarithm from a decade on', () => {
    const runs = [withRate(1e-4), withRate(1e-3), withRate(1e-2)];
    const by = coloredBy(runs, 'config.lr');
    expect(by.scale).toEqual({ min: 1e-4, max: 1e-2, isLog: true });
    expect(runs.map((run) => (by.colorOf(run) as { share: number }).share)).toEqual([0, expect.closeTo(0.5), 1]);
    const even = [withRate(1), withRate(2), withRate(3)];
    expect(coloredBy(even, 'config.lr').colorOf(even[1]!)).toEqual({ share: 0.5 });
  });
  it('gives names a colour each, in their order', () => {
    const runs = [withRate('b'), withRate('a'), withRate('b')];
    const by = coloredBy(runs, 'config.lr');
    expect(by.scale).toBeNull();
    expect(runs.map(by.colorOf)).toEqual([1, 0, 1]);
  });
  it('leaves out what has no value, or none that is finite', () => {
    const runs = [withRate(1), withRate('NaN'), withRate(undefined)];
    const by = coloredBy(runs, 'config.lr');
    expect(by.colorOf(runs[0]!)).toEqual({ share: 0.5 });
    expect(runs.slice(1).every((run) => sameColor(by.colorOf(run), kUnsetColor))).toBe(true);
  });
});

it('chosen colours go into the address and back', () => {
  const colors = parseColors('1a2b3c4d.7,nonsense,00ff00ff.31,1a2b3c4d');
  expect([...colors]).toEqual([['1a2b3c4d', 7], ['00ff00ff', 31]]);
  expect(formatColors(colors)).toBe('1a2b3c4d.7,00ff00ff.31');
});

it('every colour of the scale, and that of no value, stands on its surface', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (let i = 0; i <= 20; i++) {
      const { color } = lineStyle({ share: i / 20 }, theme);
      expect(contrast(color, kSurface[theme]), `${theme} ${i / 20} ${color}`).toBeGreaterThanOrEqual(3);
    }
    expect(contrast(lineStyle(kUnsetColor, theme).color, kSurface[theme])).toBeGreaterThanOrEqual(3);
  }
});
