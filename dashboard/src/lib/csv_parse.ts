// CSV as RFC 4180 has it, read leniently for a look at it: quotes may hold line ends, rows may be of unequal length.

export interface ParsedCsv {
  columns: string[];
  rows: string[][];
}

function cellsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = (): void => {
    row.push(cell);
    if (row.length > 1 || row[0] !== '') rows.push(row);
    [row, cell] = [[], ''];
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (c === '"' && cell === '') quoted = true;
    else if (c === separator) {
      row.push(cell);
      cell = '';
    } else if (c === '\n') endRow();
    else if (c !== '\r' || text[i + 1] !== '\n') cell += c;
  }
  if (cell !== '' || row.length > 0) endRow();
  return rows;
}

// The first row names the columns. `isCut`: the text ends somewhere; its last row is left out.
export function parseCsv(text: string, separator = ',', isCut = false): ParsedCsv {
  const rows = cellsOf(text.replace(/^\uFEFF/, ''), separator);
  if (isCut && rows.length > 1) rows.pop();
  const [head = [], ...rest] = rows;
  const width = rest.reduce((most, row) => Math.max(most, row.length), head.length);
  const columns = Array.from({ length: width }, (_, i) => head[i] ?? `column ${i + 1}`);
  return { columns, rows: rest.map((row) => columns.map((_, i) => row[i] ?? '')) };
}
