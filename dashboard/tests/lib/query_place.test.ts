import { expect, test } from 'vitest';
import { markPlace } from '../../src/lib/query_place';

test('the word at the place is marked', () => {
  expect(markPlace('lr < low and a = 1', 5)).toEqual({ before: 'lr < ', at: 'low', after: ' and a = 1' });
  expect(markPlace('a in [1', 7)).toEqual({ before: 'a in [1', at: ' ', after: '' });
  expect(markPlace('(a=1', 0)).toEqual({ before: '', at: '(', after: 'a=1' });
});

test('places are bytes of UTF-8', () => {
  expect(markPlace('größe < x', 10)).toEqual({ before: 'größe < ', at: 'x', after: '' });
  expect(markPlace('😀 = x', 7)).toEqual({ before: '😀 = ', at: 'x', after: '' });
});
