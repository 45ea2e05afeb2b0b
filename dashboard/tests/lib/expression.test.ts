import { describe, expect, it } from 'vitest';
import { evaluate, ExpressionError, keysOfExpression, parseExpression } from '../../src/lib/expression';

const keys = ['train/loss', 'train/loss/2', 'eval/loss', 'lr', 'log', 'länge'];
const values: Record<string, number> = { 'train/loss': 3, 'train/loss/2': 100, 'eval/loss': 5, lr: 0.5, log: 7, 'länge': 2, 'a b': 11 };
const result = (text: string, known = keys) => evaluate(parseExpression(text, known), (key) => values[key] ?? NaN);

describe('an expression', () => {
  it.each([
    ['1 + 2 * 3', 7], ['(1 + 2) * 3', 9], ['2^3^2', 512], ['-2^2', -4], ['2 - 3 - 4', -5], ['8 / 4 / 2', 1], ['1e-3 * 1000', 1], ['- - 3', 3],
    ['train/loss - eval/loss', -2], ['eval/loss/2', 2.5], ['train/loss/2', 100], ['"train/loss"/2', 1.5], ['${train/loss}/2', 1.5],
    ['exp(0) + sqrt(4)', 3], ['max(train/loss, eval/loss, 1)', 5], ['min(lr, 1)', 0.5], ['log', 7], ['log(1)', 0], ['länge', 2], ['"a b" + 1', 12],
    ['log10(1000) ^ 2', 9],
  ])('%s', (text, value) => expect(result(text)).toBeCloseTo(value, 9));

  it('names its keys once each', () => {
    expect(keysOfExpression(parseExpression('lr * lr + "x y" - exp(eval/loss)', keys))).toEqual(['lr', 'x y', 'eval/loss']);
  });

  it('is not a number where a key has none', () => expect(result('lr + "unknown"')).toBeNaN());

  it.each([
    ['', 0], ['1 +', 3], ['(1', 2], ['1 2', 2], ['nothing + 1', 0], ['1 + $x', 4], ['exp(1, 2)', 0], ['"open', 0], ['${open', 0], ['max()', 4], ['constructor(1)', 0],
  ])('refuses %s at its place', (text, position) => {
    try {
      parseExpression(text, keys);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ExpressionError);
      expect((error as ExpressionError).position).toBe(position);
    }
  });
});
