// CSV as RFC 4180 has it. Numbers are written in full and as every program reads them, whatever the reader's language.
// A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV Injection).

export type CsvCell = string | number | boolean | null | undefined;

function cell(value: CsvCell): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isNaN(value) ? 'NaN' : String(value);
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvRow = (cells: readonly CsvCell[]): string => `${cells.map(cell).join(',')}\r\n`;
export const csvText = (rows: Iterable<readonly CsvCell[]>): string => [...rows].map(csvRow).join('');
