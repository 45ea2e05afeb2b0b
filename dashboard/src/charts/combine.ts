// One line out of several of the same run: an expression over their values. Points stand at the x of the line that has
// the fewest; another one counts with its value there, or the last before. Of buckets the means are looked at.
import { evaluate, type Expression } from '../lib/expression';
import { lineFromRaw, lowerBound, type LineData } from './line_data';

// The entry at x, or the last before it; -1 if there is none.
function entryUpTo(line: LineData, x: number): number {
  const at = lowerBound(line.x, line.n, x);
  return at < line.n && line.x[at] === x ? at : at - 1;
}

// null where a line is missing, or its x falls somewhere and has no order to look in.
export function combineLines(expression: Expression, lines: ReadonlyMap<string, LineData>): LineData | null {
  const all = [...lines.values()];
  const base = all.reduce<LineData | null>((least, line) => (least === null || line.n < least.n ? line : least), null);
  if (!base || all.some((line) => !line.rises)) return null;
  const xs: number[] = [];
  const ys: number[] = [];
  for (let i = 0; i < base.n; i++) {
    const x = base.mode === 'raw' ? base.x[i]! : base.xAt(i);
    const values = new Map<string, number>();
    for (const [key, line] of lines) {
      const at = line === base ? i : entryUpTo(line, x);
      if (at >= 0) values.set(key, line.mid[at]!);
    }
    if (values.size < lines.size) continue;
    const y = evaluate(expression, (key) => values.get(key) ?? NaN);
    xs.push(x);
    ys.push(y);
  }
  const combined = lineFromRaw(Float64Array.from(xs), Float64Array.from(ys), xs.length);
  combined.isComplete = all.every((line) => line.isComplete);
  return combined;
}
