// What an evaluation leaves in a run's summary (PREFIX/classes, /confusion_matrix, /per_class, /worst_errors), read with
// distrust: whatever has another form is not there.
import type { Json, JsonObject } from '../api/types';
import { tableOfObjects, type TableData } from './table_view';

export interface Confusion {
  classes: string[];
  // counts[label][prediction]
  counts: number[][];
}

export interface EvaluationView {
  // 'eval'
  prefix: string;
  confusion: Confusion | null;
  perClass: TableData | null;
  worst: TableData | null;
}

// As the trainer names them; a JSON object keeps no order.
const kQuality = ['class', 'precision', 'recall', 'f1', 'support'];
const kErrors = ['row', 'label', 'targets', 'predicted', 'probability', 'loss', 'text', 'text_pair'];
const kParts = ['confusion_matrix', 'per_class', 'worst_errors'] as const;

function confusionOf(matrix: Json | undefined, classes: Json | undefined): Confusion | null {
  if (!Array.isArray(matrix) || matrix.length === 0) return null;
  const n = matrix.length;
  const counts: number[][] = [];
  for (const row of matrix) {
    if (!Array.isArray(row) || row.length !== n || !row.every((one) => typeof one === 'number' && one >= 0)) return null;
    counts.push(row as number[]);
  }
  const names = Array.isArray(classes) && classes.length === n ? classes : [];
  return { classes: counts.map((_, i) => (typeof names[i] === 'string' ? names[i] : String(i))), counts };
}

const listTable = (value: Json | undefined, order: readonly string[]): TableData | null => {
  if (!Array.isArray(value) || value.length === 0) return null;
  const table = tableOfObjects(value, order);
  return table.columns.length > 0 && table.rows.length > 0 ? table : null;
};

export function evaluationsOf(summary: JsonObject): EvaluationView[] {
  const prefixes = new Set(Object.keys(summary).flatMap((key) =>
    kParts.filter((part) => key.endsWith(`/${part}`)).map((part) => key.slice(0, -part.length - 1))));
  return [...prefixes].sort().map((prefix) => ({
    prefix,
    confusion: confusionOf(summary[`${prefix}/confusion_matrix`], summary[`${prefix}/classes`]),
    perClass: listTable(summary[`${prefix}/per_class`], kQuality),
    worst: listTable(summary[`${prefix}/worst_errors`], kErrors),
  })).filter((one) => one.confusion !== null || one.perClass !== null || one.worst !== null);
}

export interface ConfusionTotals {
  total: number;
  right: number;
  ofLabel: number[];
  ofPrediction: number[];
}

export function totalsOf({ counts }: Confusion): ConfusionTotals {
  const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
  return {
    total: sum(counts.map(sum)),
    right: sum(counts.map((row, i) => row[i]!)),
    ofLabel: counts.map(sum),
    ofPrediction: counts.map((_, i) => sum(counts.map((row) => row[i]!))),
  };
}
