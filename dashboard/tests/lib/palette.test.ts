import { describe, expect, it } from 'vitest';
import { contrast, distance, kPalette, kSurface, lineStyle, type Theme } from '../../src/lib/palette';

// Machado, Oliveira, Fernandes 2009, severity 1, on linear RGB.
const kBlindness = {
  none: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

function seenAs(color: string, m: number[]): string {
  const n = Number.parseInt(color.slice(1), 16);
  const linear = [n >> 16, (n >> 8) & 255, n & 255].map((b) => (b / 255 <= 0.04045 ? b / 255 / 12.92 : ((b / 255 + 0.055) / 1.055) ** 2.4));
  const bytes = [0, 1, 2].map((row) => {
    const v = Math.min(1, Math.max(0, m[row * 3]! * linear[0]! + m[row * 3 + 1]! * linear[1]! + m[row * 3 + 2]! * linear[2]!));
    return Math.round((v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055) * 255);
  });
  return `#${bytes.map((b) => b.toString(16).padStart(2, '0')).join('')}`;
}

describe.each(['light', 'dark'] as Theme[])('the %s palette', (theme) => {
  it('stands at 3:1 or more on its surface', () => {
    for (const color of kPalette[theme]) expect(contrast(color, kSurface[theme])).toBeGreaterThanOrEqual(3);
  });
  it.each(Object.entries(kBlindness))('keeps its colours apart: %s', (_kind, matrix) => {
    const seen = kPalette[theme].map((color) => seenAs(color, matrix));
    seen.forEach((a, i) => seen.slice(i + 1).forEach((b) => expect(distance(a, b)).toBeGreaterThan(0.1)));
  });
  it('tells 32 runs apart', () => {
    const styles = new Set(Array.from({ length: 32 }, (_, i) => JSON.stringify(lineStyle(i, theme))));
    expect(styles.size).toBe(32);
  });
});

it('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.478, 2);
});
