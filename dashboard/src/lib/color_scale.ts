// A number's place in a range as a colour: cividis-like, readable with every colour vision, one set per theme so that
// both ends stand on the theme's surface.
import type { Theme } from './palette';

// Ends and middle of a scale whose lightness rises evenly; the end that would vanish on the surface is cut off.
const kStops: Readonly<Record<Theme, readonly (readonly [number, number, number])[]>> = {
  light: [[0, 34, 78], [53, 69, 108], [102, 105, 112], [131, 121, 92], [150, 130, 40]],
  dark: [[92, 132, 224], [120, 150, 190], [165, 160, 140], [214, 190, 90], [254, 232, 80]],
};

export function scaleColor(share: number, theme: Theme): string {
  const stops = kStops[theme];
  const at = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const i = Math.min(stops.length - 2, Math.floor(at));
  const mix = stops[i]!.map((low, channel) => Math.round(low + (stops[i + 1]![channel]! - low) * (at - i)));
  return `#${mix.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
