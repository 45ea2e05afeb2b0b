// Exponential moving average with debiasing, as TensorBoard and W&B define it: m ← s·m + (1−s)·y from m = 0, shown as
// m / (1 − sⁿ) with n finite values so far; values that are not finite pass through and do not count.
// A bucket of c values with mean µ counts as c equal values: m ← sᶜ·m + (1−sᶜ)·µ. So a picture made of buckets and one
// made of raw points agree up to the order inside a bucket.
import { LineData } from './line_data';

export interface EmaState {
  m: number;
  n: number;
}

export const kEmaStart: Readonly<EmaState> = { m: 0, n: 0 };

// One step of `count` equal values; returns what is shown.
export function emaStep(state: EmaState, s: number, value: number, count: number): number {
  if (!Number.isFinite(value)) return value;
  const decay = count === 1 ? s : s ** count;
  state.m = decay * state.m + (1 - decay) * value;
  state.n += count;
  return state.m / (1 - s ** state.n);
}

const finiteCount = (line: LineData, i: number): number =>
  line.mode === 'raw' ? 1 : Math.max(1, line.count[i]! - line.nonfinite[i]!);

export function ema(line: LineData, s: number, start: Readonly<EmaState> = kEmaStart): Float64Array {
  const state = { ...start };
  const out = new Float64Array(line.n);
  for (let i = 0; i < line.n; i++) out[i] = emaStep(state, s, line.mid[i]!, finiteCount(line, i));
  return out;
}

// The average's state just before `x`, from a line that covers what lies before: so a zoomed picture begins where the
// whole one stands and zooming does not change the curve.
export function emaBefore(line: LineData, s: number, x: number): EmaState {
  const state = { ...kEmaStart };
  for (let i = 0; i < line.n && line.xLast[i]! < x; i++) emaStep(state, s, line.mid[i]!, finiteCount(line, i));
  return state;
}
