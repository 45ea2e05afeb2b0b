// How sharply lines are asked for: as many pixels as a chart has where few lines share it, fewer where there are many,
// and values rounded to what its height can show (docs/http-api.md, Forms).

export interface Form {
  // Device pixels of the plot.
  width: number;
  // null: exact values.
  height: number | null;
}

// 'picture' is for the eye, 'exact' for what is read from it: tooltip, table, export.
export type Detail = 'picture' | 'exact';

// As the server counts: more lines share a chart, fewer buckets a pixel are read.
export const kFewLines = 4;
const kManyLines = 32;
// A chart may grow by so much before its lines are asked for again.
const kSlack = 1.5;

export function formFor(detail: Detail, panel: Form, lines: number): Form {
  if (detail === 'exact' || lines <= kFewLines) return { width: panel.width, height: null };
  return { width: Math.ceil(panel.width / (lines <= kManyLines ? 2 : 3)), height: panel.height };
}

// Whether what was asked for in one form is good enough for another.
export function serves(held: Form | undefined, wanted: Form): boolean {
  if (!held || wanted.width > held.width * kSlack) return false;
  if (held.height === null) return true;
  return wanted.height !== null && wanted.height <= held.height * kSlack;
}
