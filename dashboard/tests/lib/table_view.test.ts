import { expect, it } from 'vitest';
import { isNumeric, nextSort, sortRows, tableOf, tableOfObjects } from '../../src/lib/table_view';

it('sorts numbers by value, texts by letters, what is missing last', () => {
  const rows = [['b', 10], ['a10', 9], [null, 'NaN'], ['a9', null], ['', -1]].map((row) => [...row]);
  const by = (column: number, isDescending: boolean) => sortRows(rows, { column, isDescending }).map((row) => row[column]);
  expect(by(1, false)).toEqual([-1, 9, 10, 'NaN', null]);
  expect(by(1, true)).toEqual(['NaN', 10, 9, -1, null]);
  expect(by(0, false)).toEqual(['a9', 'a10', 'b', null, '']);
  expect(sortRows(rows, null)).toEqual(rows);
});

it('turns a heading round, then off', () => {
  const first = nextSort(null, 2);
  const second = nextSort(first, 2);
  expect([first, second, nextSort(second, 2), nextSort(second, 1)]).toEqual([
    { column: 2, isDescending: false }, { column: 2, isDescending: true }, null, { column: 1, isDescending: false },
  ]);
});

it('reads a table of columns as rows, with distrust', () => {
  expect(tableOf({ columns: ['text', 'score'], data: [['a', 'b'], [1]] })).toEqual({ columns: ['text', 'score'], rows: [['a', 1], ['b', null]] });
  for (const odd of [null, 1, [], {}, { columns: ['a'], data: [] }, { columns: 'a', data: [[]] }]) expect(tableOf(odd)).toBeNull();
  expect(tableOf({ columns: [1], data: [7] })).toEqual({ columns: ['1'], rows: [] });
});

it('knows columns of numbers by their first value', () => {
  const table = { columns: ['a', 'b', 'c'], rows: [[null, 'x', null], [1, 2, null]] };
  expect([0, 1, 2].map((column) => isNumeric(table, column))).toEqual([true, false, false]);
});

it('reads objects as rows', () => {
  expect(tableOfObjects([{ a: 1, c: 2, b: 3 }], ['c', 'none', 'a']).columns).toEqual(['c', 'a', 'b']);
  expect(tableOfObjects([{ a: 1 }, 'odd', { b: 'x', a: 2 }])).toEqual({ columns: ['a', 'b'], rows: [[1, null], [2, 'x']] });
});
