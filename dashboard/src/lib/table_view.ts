// Rows of a table as they are seen: sorted by a column, a page of them.
import type { Json } from '../api/types';
import { asNumber } from './flatten';

export interface TableSort {
  column: number;
  isDescending: boolean;
}

export interface TableData {
  columns: string[];
  rows: Json[][];
}

const kindOf = (value: Json | undefined): number => {
  if (value === null || value === undefined || value === '') return 3;
  const number = asNumber(value);
  if (number !== null) return Number.isNaN(number) ? 1 : 0;
  return 2;
};

// Numbers by value, then texts by their letters; what is missing stays last in either direction.
export function sortRows(rows: readonly Json[][], sort: TableSort | null): Json[][] {
  if (sort === null) return [...rows];
  const sign = sort.isDescending ? -1 : 1;
  const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : JSON.stringify(value ?? null));
  return rows.toSorted((left, right) => {
    const [a, b] = [left[sort.column], right[sort.column]];
    const [ka, kb] = [kindOf(a), kindOf(b)];
    if (ka === 3 || kb === 3) return ka - kb;
    if (ka !== kb) return sign * (ka - kb);
    if (ka === 0) return sign * (asNumber(a)! - asNumber(b)!);
    return ka === 1 ? 0 : sign * textOf(a).localeCompare(textOf(b), undefined, { numeric: true });
  });
}

// A heading that is asked for again turns round, then is off.
export function nextSort(sort: TableSort | null, column: number): TableSort | null {
  if (sort?.column !== column) return { column, isDescending: false };
  return sort.isDescending ? null : { column, isDescending: true };
}

// {"columns":[…],"data":[[…],…]}, a list for each column, as rows. Null for what is no such table.
export function tableOf(content: Json): TableData | null {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return null;
  const { columns, data } = content;
  if (!Array.isArray(columns) || !Array.isArray(data) || columns.length !== data.length) return null;
  const lists = data.map((list) => (Array.isArray(list) ? list : []));
  const count = lists.reduce((most, list) => Math.max(most, list.length), 0);
  return {
    columns: columns.map((name) => (typeof name === 'string' ? name : JSON.stringify(name))),
    rows: Array.from({ length: count }, (_, i) => lists.map((list) => list[i] ?? null)),
  };
}

// Objects as rows. Columns of these names come first, in their order; the others as they come up.
export function tableOfObjects(list: readonly Json[], order: readonly string[] = []): TableData {
  const objects = list.filter((one): one is Record<string, Json> => typeof one === 'object' && one !== null && !Array.isArray(one));
  const names = new Set(objects.flatMap((one) => Object.keys(one)));
  const columns = [...order.filter((name) => names.has(name)), ...[...names].filter((name) => !order.includes(name))];
  return { columns, rows: objects.map((one) => columns.map((name) => one[name] ?? null)) };
}

// Whether the first value that is there is a number.
export const isNumeric = (table: TableData, column: number): boolean =>
  typeof table.rows.map((row) => row[column]).find((value) => value !== null && value !== undefined) === 'number';
