// Writes the compact body of docs/http-api.md (Forms), plainly: a reference for the tests of its reader.

export type CompactColumn =
  | { value: number | string; n: number }
  | { exact: readonly number[] }
  | { values: readonly number[]; type: 'u8' | 'u16'; low: number; high: number; levels: number };

function codesOf(column: Extract<CompactColumn, { values: unknown }>): number[] {
  const largest = column.type === 'u8' ? 255 : 65535;
  const size = largest + 1;
  let before = 0;
  return column.values.map((value) => {
    const level = Number.isNaN(value) ? largest : value === Infinity ? largest - 1 : value === -Infinity ? largest - 2
      : column.high === column.low ? 0 : Math.round(((value - column.low) / (column.high - column.low)) * column.levels);
    let difference = (level - before + size) % size;
    if (difference >= size / 2) difference -= size;
    before = level;
    return difference >= 0 ? 2 * difference : -2 * difference - 1;
  });
}

function bytesOf(column: CompactColumn): Uint8Array {
  if ('value' in column) return new Uint8Array(0);
  if ('exact' in column) {
    const view = new DataView(new ArrayBuffer(column.exact.length * 8));
    column.exact.forEach((value, i) => view.setFloat64(i * 8, value, true));
    return new Uint8Array(view.buffer);
  }
  const codes = codesOf(column);
  return Uint8Array.from(column.type === 'u8' ? codes : [...codes.map((code) => code & 255), ...codes.map((code) => code >> 8)]);
}

function entryOf(column: CompactColumn): object {
  if ('value' in column) return column;
  if ('exact' in column) return { n: column.exact.length, type: 'f64' };
  const { values, ...rest } = column;
  return { n: values.length, ...rest };
}

export function compactBody(header: object, columns: readonly CompactColumn[]): ArrayBuffer {
  let text = JSON.stringify({ columns: columns.map(entryOf), ...header });
  text += ' '.repeat((8 - ((4 + text.length) % 8)) % 8);
  const parts = columns.map(bytesOf);
  const body = new Uint8Array(4 + text.length + parts.reduce((sum, part) => sum + part.length, 0));
  new DataView(body.buffer).setUint32(0, text.length, true);
  body.set(new TextEncoder().encode(text), 4);
  let at = 4 + text.length;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body.buffer;
}
