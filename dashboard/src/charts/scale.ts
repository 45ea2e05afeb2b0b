// Scales of an axis: where a value stands on it, up to a factor and an offset.
//   linear   v
//   log      log10(v), for v > 0
//   symlog   sign(v) · ln(1 + |v / C|), its inverse sign(p) · (e^|p| − 1) · C
// Symlog has every finite value, zero and negative ones too: near zero it is linear (steepness 1 / C), far from it a
// logarithm; C is about where the one becomes the other. It is scaleSymlog of d3-scale (d3js.org/d3-scale/symlog), whose
// constant C is 1 unless set; the transformation is that of J. B. W. Webber, "A bi-symmetric log transformation for
// wide-range data", Meas. Sci. Technol. 24 (2013) 027001, with the natural logarithm. Pure.

export type ScaleKind = 'linear' | 'log' | 'symlog';
export const kScaleKinds: readonly ScaleKind[] = ['linear', 'log', 'symlog'];

export interface Scale {
  kind: ScaleKind;
  // C of symlog; 1 for the others, which have none.
  constant: number;
  // NaN for what has no place.
  forward: (value: number) => number;
  backward: (place: number) => number;
}

export const kDefaultConstant = 1;

export const kLinear: Scale = { kind: 'linear', constant: kDefaultConstant, forward: (value) => value, backward: (place) => place };

export const kLog: Scale = {
  kind: 'log', constant: kDefaultConstant,
  forward: (value) => (value > 0 ? Math.log10(value) : NaN),
  backward: (place) => 10 ** place,
};

// `constant` > 0, in units of the axis.
export function symlog(constant: number): Scale {
  return {
    kind: 'symlog', constant,
    forward: (value) => Math.sign(value) * Math.log1p(Math.abs(value / constant)),
    backward: (place) => Math.sign(place) * Math.expm1(Math.abs(place)) * constant,
  };
}

// A constant as text. What is no number, or so small or large that values beside it would be none, is the default.
const kLeastConstant = 1e-30;
export function parseConstant(text: string | null): number {
  const value = Number(text ?? NaN);
  return value >= kLeastConstant && value <= 1 / kLeastConstant ? value : kDefaultConstant;
}

// The one after it, for a key or button that goes through all of them.
export const nextKind = (kind: ScaleKind): ScaleKind => kScaleKinds[(kScaleKinds.indexOf(kind) + 1) % kScaleKinds.length]!;

// In words; empty for a linear one, which needs none.
export function scaleWords({ kind, constant }: Scale): string {
  if (kind === 'linear') return '';
  return kind === 'log' ? 'logarithmic' : `symlog, constant ${constant}`;
}
