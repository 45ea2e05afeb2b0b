// What a chart draws, as rows: every raw point, or every bucket with its extremes; for groups the centre and the band.
import { csvRow, type CsvCell } from '../../lib/csv';
import type { LineData } from '../line_data';

export interface CsvLine {
  label: string;
  data: LineData;
  smoothed: Float64Array | null;
}

export function chartCsv(key: string, xName: string, lines: readonly CsvLine[]): string {
  const hasBuckets = lines.some((line) => line.data.mode === 'buckets');
  const hasGroups = lines.some((line) => line.data.group !== null);
  const isSmoothed = lines.some((line) => line.smoothed !== null);
  const head: CsvCell[] = [hasGroups ? 'group' : 'run', xName, key];
  if (hasBuckets) head.push(`${xName} (last)`, hasGroups ? 'low' : 'min', hasGroups ? 'high' : 'max', hasGroups ? 'runs' : 'points');
  if (isSmoothed) head.push('smoothed');
  const rows = [csvRow(head)];
  for (const { label, data, smoothed } of lines) {
    for (let i = 0; i < data.n; i++) {
      const row: CsvCell[] = [label, data.x[i], data.mid[i]];
      if (hasBuckets) {
        const isRaw = data.mode === 'raw';
        row.push(data.xLast[i], isRaw ? data.mid[i] : data.lo[i], isRaw ? data.mid[i] : data.hi[i], isRaw ? 1 : data.count[i]);
      }
      if (isSmoothed) row.push(smoothed?.[i]);
      rows.push(csvRow(row));
    }
  }
  return rows.join('');
}
