// Line colours, one set of eight per theme, made so that they stay apart for colour-blind eyes and stand at 3:1 or more
// on the theme's surface (a test computes both again). Runs 9 to 32 repeat the hues with dashes.

import { scaleColor } from './color_scale';

export type Theme = 'light' | 'dark';

export const kSurface: Readonly<Record<Theme, string>> = { light: '#ffffff', dark: '#14171c' };

export const kPalette: Readonly<Record<Theme, readonly string[]>> = {
  light: ['#5300e7', '#e56800', '#45a396', '#980067', '#d551ff', '#5c4d00', '#7163b3', '#9a5c5b'],
  dark: ['#00b9a2', '#f38100', '#b485ff', '#dfe646', '#be1893', '#3cfbe8', '#4e50eb', '#826600'],
};

// In CSS pixels; empty is solid.
export const kDashes: readonly (readonly number[])[] = [[], [6, 3], [2, 2], [8, 2, 2, 2]];

export interface LineStyle {
  color: string;
  dash: readonly number[];
}

// Colours and dashes that can be told apart.
export const kPlaces = 32;

// A place in the palette, or a number's place in its range, from 0 to 1; NaN: it has none.
export type RunColor = number | { share: number };
export const kUnsetColor: RunColor = { share: NaN };
export const sameColor = (a: RunColor, b: RunColor): boolean =>
  (typeof a === 'number' || typeof b === 'number' ? a === b : Object.is(a.share, b.share));

const kGrey: Readonly<Record<Theme, string>> = { light: '#868e9c', dark: '#707988' };

export function lineStyle(place: RunColor, theme: Theme): LineStyle {
  if (typeof place !== 'number') return { color: Number.isNaN(place.share) ? kGrey[theme] : scaleColor(place.share, theme), dash: [] };
  const colors = kPalette[theme];
  return {
    color: colors[place % colors.length]!,
    dash: kDashes[Math.floor(place / colors.length) % kDashes.length]!,
  };
}

function channels(color: string): [number, number, number] {
  const n = Number.parseInt(color.slice(1), 16);
  const linear = (byte: number): number => {
    const c = byte / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [linear((n >> 16) & 255), linear((n >> 8) & 255), linear(n & 255)];
}

// WCAG 2.2 relative luminance contrast of two "#rrggbb" colours, 1 to 21.
export function contrast(a: string, b: string): number {
  const luminance = (color: string): number => {
    const [r, g, blue] = channels(color);
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  };
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

// Euclidean distance in OKLab (Björn Ottosson, 2020).
export function distance(a: string, b: string): number {
  const lab = (color: string): [number, number, number] => {
    const [r, g, blue] = channels(color);
    const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  };
  const [x, y] = [lab(a), lab(b)];
  return Math.hypot(x[0] - y[0], x[1] - y[1], x[2] - y[2]);
}
