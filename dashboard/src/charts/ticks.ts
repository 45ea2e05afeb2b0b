// Where ticks stand and what they say.
import { formatCompact, formatDuration, formatNumber, withMinus } from '../lib/format';
import type { Scale } from './scale';

// 1, 2 and 5 of every decade while these are few, else decades, else every n-th decade.
export function logTicks(min: number, max: number, most: number): number[] {
  if (!(min > 0) || !(max > min)) return [];
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const within = (factors: readonly number[], stride: number): number[] => {
    const ticks: number[] = [];
    for (let decade = first; decade <= last; decade += stride) {
      for (const factor of factors) {
        const tick = Number(`${factor}e${decade}`);
        if (tick >= min && tick <= max) ticks.push(tick);
      }
    }
    return ticks;
  };
  for (const factors of [[1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]]) {
    const ticks = within(factors, 1);
    if (ticks.length <= most) return ticks;
  }
  return within([1], Math.ceil((last - first + 1) / most));
}

// Steps of the axis in whole seconds that people count in; below a second in decimals.
export const kSecondSteps: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000,
];

// Decimals that write the step out: 2 for 0.25.
function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < 8; decimals++) {
    const scaled = step * 10 ** decimals;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return decimals;
  }
  return 8;
}

export function formatTick(value: number, step: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 1e10) return formatNumber(value, 3);
  // One form for a whole axis of small numbers.
  if (step < 1e-3 && size < 1e-2) return withMinus(value.toExponential(decimalsOf(step / 10 ** Math.floor(Math.log10(size) + 1e-9))));
  if (size >= 10_000 && step >= 10) return withMinus(formatCompact(value));
  const decimals = decimalsOf(step);
  return size >= 1000 && decimals === 0 ? formatNumber(Math.round(value), 6) : withMinus(value.toFixed(decimals));
}

export function formatSeconds(value: number, step: number): string {
  if (value < 0) return `\u2212${formatSeconds(-value, step)}`;
  if (value === 0) return '0';
  if (step < 1) return `${formatTick(value, step)}s`;
  // "2m" rather than "2m 00s" where every tick is whole.
  return formatDuration(value).replace(/ 0+[a-z]$/, '');
}

// Round numbers inside [min, max], at most `most` of them; `steps` are the allowed distances, else 1, 2 and 5.
export function linearTicks(min: number, max: number, most: number, steps?: readonly number[]): { ticks: number[]; step: number } {
  if (!(max > min) || most < 1) return { ticks: [], step: 1 };
  const least = (max - min) / most;
  const decade = 10 ** Math.floor(Math.log10(least));
  const step = steps?.find((one) => one >= least) ?? [1, 2, 5, 10].map((factor) => factor * decade).find((one) => one >= least)!;
  const ticks: number[] = [];
  const first = Math.ceil(min / step - 1e-9);
  // Counted from 0: of large numbers close to each other `first` may be too large to be counted up by one.
  for (let k = 0; k <= most + 1 && (first + k) * step <= max + step * 1e-9; k++) ticks.push((first + k) * step + 0);
  return { ticks: [...new Set(ticks)], step };
}

// The axis is as good as linear where a unit is less than so many times as long at one end as at the other.
const kNearlyLinear = 4;
// In the order of their importance, each as long as there is room.
const kDigits = [[1], [2, 5], [3, 4, 6, 7, 8, 9]] as const;

// Of a symlog axis: zero, then powers of ten from the outermost inwards, then what is between them, each where it keeps its
// distance from those that are there. Where the axis is nearly linear they stand as on a linear one; `step` is their
// distance then, and null where there is none.
export function symlogTicks(min: number, max: number, most: number, scale: Scale): { ticks: number[]; step: number | null } {
  if (!(max > min) || most < 2) return { ticks: [], step: null };
  const { constant, forward } = scale;
  const outermost = Math.max(Math.abs(min), Math.abs(max));
  const innermost = min <= 0 && max >= 0 ? 0 : Math.min(Math.abs(min), Math.abs(max));
  if (constant + outermost < kNearlyLinear * (constant + innermost)) return linearTicks(min, max, most);
  const gap = (forward(max) - forward(min)) / (most - 1);
  const ticks: number[] = [];
  const offer = (tick: number): void => {
    if (tick < min || tick > max) return;
    const at = forward(tick);
    if (ticks.every((other) => Math.abs(forward(other) - at) >= gap * (1 - 1e-9))) ticks.push(tick);
  };
  offer(0);
  const last = Math.ceil(Math.log10(outermost));
  // Smaller ones would be too close to zero.
  const first = Math.floor(Math.log10(Math.max(innermost, scale.backward(gap))));
  for (const digits of kDigits) {
    for (let decade = last; decade >= first; decade--) {
      for (const digit of digits) for (const sign of ['', '-']) offer(Number(`${sign}${digit}e${decade}`));
    }
  }
  return { ticks: ticks.sort((a, b) => a - b), step: null };
}

// Ticks of an axis that is not linear. `step` is their distance where they have one.
export function bentTicks(min: number, max: number, most: number, scale: Scale): { ticks: number[]; step: number | null } {
  return scale.kind === 'log' ? { ticks: logTicks(min, max, most), step: null } : symlogTicks(min, max, most, scale);
}
