import { describe, expect, it } from 'vitest';
import { kLinear, kLog, nextKind, parseConstant, scaleWords, symlog } from '../../src/charts/scale';

const kValues = [-1e12, -345.6, -1, -1e-3, -1e-12, 0, 1e-12, 1e-3, 1, 345.6, 1e12];

describe('symlog', () => {
  for (const constant of [1, 0.01, 250]) {
    it(`is sign(v) ln(1 + |v| / ${constant})`, () => {
      const scale = symlog(constant);
      for (const value of kValues) {
        const closed = Math.sign(value) * Math.log(1 + Math.abs(value) / constant);
        expect(Math.abs(scale.forward(value) - closed)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(closed)));
      }
    });
    it(`leads back from each place with ${constant}`, () => {
      const scale = symlog(constant);
      for (const value of kValues) expect(Math.abs(scale.backward(scale.forward(value)) - value)).toBeLessThanOrEqual(1e-12 * Math.abs(value));
    });
  }
  it('has the values of scaleSymlog in d3-scale', () => {
    // d3.scaleSymlog([-100, 100], [0, 1]) maps 1 to (ln 101 + ln 2) / (2 ln 101).
    const { forward } = symlog(1);
    expect((forward(1) - forward(-100)) / (forward(100) - forward(-100))).toBeCloseTo(0.575_095_241_6, 9);
  });
  it('is odd, rises, and is linear near zero', () => {
    const { forward } = symlog(4);
    for (const value of kValues) expect(forward(-value) + forward(value)).toBe(0);
    for (let i = 1; i < kValues.length; i++) expect(forward(kValues[i]!)).toBeGreaterThan(forward(kValues[i - 1]!));
    expect(forward(1e-9) / 1e-9).toBeCloseTo(1 / 4, 6);
  });
  it('has no place for what is not a number', () => expect(symlog(1).forward(NaN)).toBeNaN());
});

it('a logarithm has no place for zero and below', () => {
  expect([kLog.forward(0), kLog.forward(-1)]).toEqual([NaN, NaN]);
  expect(kLog.backward(kLog.forward(250))).toBeCloseTo(250, 9);
  expect(kLinear.backward(kLinear.forward(-3))).toBe(-3);
});

it('goes through all of them', () => {
  expect([nextKind('linear'), nextKind('log'), nextKind('symlog')]).toEqual(['log', 'symlog', 'linear']);
  expect([kLinear, kLog, symlog(0.5)].map(scaleWords)).toEqual(['', 'logarithmic', 'symlog, constant 0.5']);
});

it('reads a constant, and takes the default for what is none', () => {
  expect(['0.01', '1e-7', '250'].map(parseConstant)).toEqual([0.01, 1e-7, 250]);
  expect([null, '', '0', '-2', 'x', 'Infinity', '1e-300', '1e300'].map(parseConstant)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});
