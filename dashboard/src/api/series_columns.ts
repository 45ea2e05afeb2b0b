// The columns of a series answer: where they lie, and how numbers of a picture become values (docs/http-api.md, Forms).
// Bytes from the network: what does not fit throws SeriesFormatError.
import { isObject, numberOf } from './read';

export class SeriesFormatError extends Error {
  override name = 'SeriesFormatError';
}

// What a series says of its column in, its values out. Equal columns are one array.
export type ReadColumn = (column: unknown) => Float64Array;

const kLittleEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
// More than any answer has; what a constant column may make of a few bytes.
const kMostValues = 1 << 20;

function doubles(body: ArrayBuffer, at: number, n: number): Float64Array {
  if (kLittleEndianHost && at % 8 === 0) return new Float64Array(body, at, n);
  const view = new DataView(body, at, n * 8);
  return Float64Array.from({ length: n }, (_, i) => view.getFloat64(i * 8, true));
}

const isLength = (n: number): boolean => Number.isSafeInteger(n) && n >= 0 && n <= kMostValues;

// Columns that say where they lie themselves: views into the answer where its alignment allows, no copy.
export function float64Column(body: ArrayBuffer, start: number): ReadColumn {
  const known = new Map<number, Float64Array>();
  return (value) => {
    if (!isObject(value)) throw new SeriesFormatError('a column is missing');
    const at = numberOf(value.at);
    const n = numberOf(value.n);
    if (value.type !== 'f64') throw new SeriesFormatError('a column is not f64');
    const isInside = Number.isSafeInteger(at) && at >= 0 && isLength(n) && start + at + n * 8 <= body.byteLength;
    if (!isInside) throw new SeriesFormatError('a column lies outside of the answer');
    const held = known.get(at);
    if (held?.length === n) return held;
    const column = doubles(body, start + at, n);
    known.set(at, column);
    return column;
  };
}

interface Levels {
  low: number;
  high: number;
  levels: number;
}

const kBits = { u8: 8, u16: 16 } as const;

// Numbers are differences with the sign in the lowest bit; the three largest stand for what is not finite.
function fromLevels(code: (i: number) => number, n: number, bits: 8 | 16, { low, high, levels }: Levels): Float64Array {
  const mask = (1 << bits) - 1;
  const range = high - low;
  const values = new Float64Array(n);
  let level = 0;
  for (let i = 0; i < n; i++) {
    const difference = code(i);
    level = (level + ((difference >>> 1) ^ -(difference & 1))) & mask;
    if (level < levels) values[i] = low + (range * level) / levels;
    else values[i] = level === mask ? NaN : level === mask - 1 ? Infinity : level === mask - 2 ? -Infinity : high;
  }
  return values;
}

function levelsOf(column: Record<string, unknown>, bits: 8 | 16): Levels {
  const [low, high, levels] = [numberOf(column.low), numberOf(column.high), numberOf(column.levels)];
  const isSound = Number.isFinite(low) && low <= high && Number.isFinite((high - low) * levels)
    && Number.isSafeInteger(levels) && levels >= 0 && levels <= 2 ** bits - 4;
  if (!isSound) throw new SeriesFormatError('the levels of a column make no sense');
  return { low, high, levels };
}

// The table of a compact answer: its columns lie one behind the other.
export function columnTable(table: readonly unknown[], body: ArrayBuffer, start: number): ReadColumn {
  const bytes = new Uint8Array(body);
  let at = start;
  const take = (n: number, bytesEach: number): number => {
    const begin = at;
    at += n * bytesEach;
    if (at > body.byteLength) throw new SeriesFormatError('a column lies outside of the answer');
    return begin;
  };
  const columns = table.map((column): Float64Array => {
    if (!isObject(column)) throw new SeriesFormatError('a column is missing');
    const n = numberOf(column.n);
    if (!isLength(n)) throw new SeriesFormatError('a column is too long');
    if ('value' in column) return new Float64Array(n).fill(numberOf(column.value));
    if (column.type === 'f64') return doubles(body, take(n, 8), n);
    if (column.type !== 'u8' && column.type !== 'u16') throw new SeriesFormatError('a column of an unknown type');
    const bits = kBits[column.type];
    const from = take(n, bits / 8);
    const code = bits === 8 ? (i: number) => bytes[from + i]! : (i: number) => bytes[from + i]! | (bytes[from + n + i]! << 8);
    return fromLevels(code, n, bits, levelsOf(column, bits));
  });
  return (place) => {
    const column = typeof place === 'number' ? columns[place] : undefined;
    if (!column) throw new SeriesFormatError('a column is missing');
    return column;
  };
}
