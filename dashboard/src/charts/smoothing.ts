// Smoothing of a whole line of raw points; the formulas are those of docs/http-api.md (Smoothing), by which the server
// smooths what it sends as buckets. Values that are not finite pass through and count for nothing; a constant series
// stays as it is.
import type { Smoothing, SmoothingKind } from '../api/types';

export const kSmoothingKinds: readonly { kind: SmoothingKind; label: string; title: string }[] = [
  { kind: 'ema', label: 'EMA', title: 'Exponential moving average, debiased' },
  { kind: 'twema', label: 'TWEMA', title: 'Time-weighted exponential moving average that weighs by the distance in x' },
  { kind: 'gaussian', label: 'Gaussian', title: 'Gaussian kernel; the number is its σ in units of x' },
  { kind: 'mean', label: 'Mean', title: 'Running average: mean of a centred window of so many points' },
];

export interface SliderScale {
  min: number;
  max: number;
  step: number;
  // A kind that is chosen begins there.
  start: number;
  toParameter: (at: number) => number;
  toSlider: (parameter: number) => number;
}

const kShare: SliderScale = { min: 0, max: 0.99, step: 0.01, start: 0.6, toParameter: (at) => at, toSlider: (p) => p };
// Powers of two in quarters: fine below, far above.
const powers = (most: number, start: number, round: (value: number) => number): SliderScale => ({
  min: 0, max: most * 4, step: 1, start, toParameter: (at) => (at === 0 ? 0 : round(2 ** (at / 4))), toSlider: (p) => (p > 0 ? Math.round(Math.log2(p) * 4) : 0),
});
export const kSliders: Readonly<Record<SmoothingKind, SliderScale>> = {
  ema: kShare,
  twema: kShare,
  gaussian: powers(16, 16, (value) => Number(value.toPrecision(2))),
  mean: powers(12, 16, Math.round),
};

export function formatSmoothing(smoothing: Smoothing | null): string | null {
  if (!smoothing) return null;
  return smoothing.kind === 'ema' ? String(smoothing.parameter) : `${smoothing.kind}:${smoothing.parameter}`;
}

// What the address says: "0.6" is an EMA, "gaussian:40" another kind.
export function parseSmoothing(text: string | null): Smoothing | null {
  const match = /^(?:(ema|twema|gaussian|mean):)?([0-9.e+-]+)$/.exec(text ?? '');
  if (!match) return null;
  const kind = (match[1] ?? 'ema') as SmoothingKind;
  const parameter = Number(match[2]);
  if (!Number.isFinite(parameter) || parameter <= 0) return null;
  if (kind === 'ema' || kind === 'twema') return parameter < 1 ? { kind, parameter: Math.min(0.999, parameter) } : null;
  if (kind === 'mean') return Number.isInteger(parameter) && parameter > 1 ? { kind, parameter } : null;
  return { kind, parameter };
}

type Values = Float64Array;

function ema(y: Values, s: number): Values {
  const out = new Float64Array(y.length);
  let m = 0;
  let weight = 1;
  for (let i = 0; i < y.length; i++) {
    m = s * m + (1 - s) * y[i]!;
    weight *= s;
    out[i] = m / (1 - weight);
  }
  return out;
}

function twema(x: Values, y: Values, p: number): Values {
  const out = new Float64Array(y.length);
  const w = Math.min(Math.sqrt(p), 0.999);
  const extent = x.length > 0 ? x[x.length - 1]! - x[0]! : 0;
  let m = 0;
  let d = 0;
  for (let i = 0; i < y.length; i++) {
    const a = i === 0 || extent === 0 ? w : w ** (((x[i]! - x[i - 1]!) / extent) * 1000);
    m = a * m + y[i]!;
    d = a * d + 1;
    out[i] = m / d;
  }
  return out;
}

function gaussian(x: Values, y: Values, sigma: number): Values {
  const out = new Float64Array(y.length);
  let from = 0;
  for (let i = 0; i < y.length; i++) {
    while (x[i]! - x[from]! > 3 * sigma) from += 1;
    let sum = 0;
    let weights = 0;
    for (let j = from; j < y.length && x[j]! - x[i]! <= 3 * sigma; j++) {
      const g = Math.exp(-((x[j]! - x[i]!) ** 2) / (2 * sigma * sigma));
      sum += y[j]! * g;
      weights += g;
    }
    out[i] = sum / weights;
  }
  return out;
}

function runningMean(y: Values, k: number): Values {
  const out = new Float64Array(y.length);
  const before = Math.floor((k - 1) / 2);
  const sums = new Float64Array(y.length + 1);
  for (let i = 0; i < y.length; i++) sums[i + 1] = sums[i]! + y[i]!;
  for (let i = 0; i < y.length; i++) {
    const from = Math.max(0, i - before);
    const to = Math.min(y.length, i - before + k);
    out[i] = (sums[to]! - sums[from]!) / (to - from);
  }
  return out;
}

function ofFinite(x: Values, y: Values, smoothing: Smoothing): Values {
  if (y.every((value) => value === y[0])) return y;
  switch (smoothing.kind) {
    case 'ema': return ema(y, smoothing.parameter);
    case 'twema': return twema(x, y, smoothing.parameter);
    case 'gaussian': return gaussian(x, y, smoothing.parameter);
    case 'mean': return runningMean(y, smoothing.parameter);
  }
}

// The first n of x and y; x must rise for 'twema' and 'gaussian'.
export function smoothRaw(x: Values, y: Values, n: number, smoothing: Smoothing): Values {
  const finite: number[] = [];
  for (let i = 0; i < n; i++) if (Number.isFinite(y[i])) finite.push(i);
  const values = ofFinite(
    Float64Array.from(finite, (i) => x[i]!), Float64Array.from(finite, (i) => y[i]!), smoothing);
  const out = y.slice(0, n);
  finite.forEach((i, at) => (out[i] = values[at]!));
  return out;
}
