import { describe, expect, it } from 'vitest';
import { caretAt, clausesOf, fieldText, valueText, withoutClause, wordsOf } from '../../src/lib/query_text';

const text = 'loss.min < 0.2 and lr in [1e-4, 1e-3] and tag:baseline and name ~ /^a and b/i';

it('takes a query apart into words', () => {
  expect(wordsOf('a.`x y`>=1e-4').map((word) => word.text)).toEqual(['a.`x y`', '>=', '1e-4']);
  expect(wordsOf(text).map((word) => word.text)).toEqual([
    'loss.min', '<', '0.2', 'and', 'lr', 'in', '[', '1e-4', ',', '1e-3', ']', 'and', 'tag', ':', 'baseline', 'and', 'name', '~', '/^a and b/i',
  ]);
});

describe('clauses', () => {
  it('are what "and" joins', () => {
    expect(clausesOf(text).map((clause) => clause.text)).toEqual(['loss.min < 0.2', 'lr in [1e-4, 1e-3]', 'tag:baseline', 'name ~ /^a and b/i']);
  });
  it('are one beside an "or", and whole in brackets', () => {
    expect(clausesOf('a = 1 or b = 2 and c = 3').length).toBe(1);
    expect(clausesOf('(a = 1 or b = 2) and c = "x and y"').map((clause) => clause.text)).toEqual(['(a = 1 or b = 2)', 'c = "x and y"']);
  });
  it('can be taken out', () => {
    expect(withoutClause(text, 1)).toBe('loss.min < 0.2 and tag:baseline and name ~ /^a and b/i');
    expect(withoutClause('a = 1', 0)).toBe('');
  });
});

describe('the caret', () => {
  const at = (before: string, after = '') => caretAt(before + after, before.length);
  it.each([
    ['', 'field', '', null], ['lo', 'field', 'lo', null], ['a = 1 and ', 'field', '', null], ['not (st', 'field', 'st', null],
    ['state', 'field', 'state', null], ['state ', 'operator', '', 'state'], ['state:', 'value', '', 'state'], ['state = fin', 'value', 'fin', 'state'],
    ['lr in [1, 2', 'value', '2', 'lr'], ['lr not in [', 'value', '', 'lr'], ['a = 1 ', 'joint', '', null], ['lr in [1] ', 'joint', '', null],
    ['name = "two wo', 'value', '"two wo', 'name'], ['lr is ', 'value', '', null],
  ])('after "%s" expects a %s', (before, expects, typed, field) => {
    expect(at(before)).toMatchObject({ expects, typed, field });
  });
  it('knows the whole word that it stands in', () => {
    expect(at('conf', 'ig.lr = 1')).toMatchObject({ typed: 'conf', from: 0, to: 9 });
  });
});

it('writes columns and values as the language reads them', () => {
  expect(fieldText('config.learning_rate')).toBe('config.learning_rate');
  expect(fieldText('summary.eval/f1')).toBe('summary.eval/f1');
  expect(fieldText('config.my key')).toBe('config.`my key`');
  expect(fieldText('tags')).toBe('tag');
  expect([valueText(0.1), valueText('tiny'), valueText('7b'), valueText('a "b"'), valueText('and')]).toEqual(['0.1', 'tiny', '"7b"', '"a \\"b\\""', '"and"']);
});
