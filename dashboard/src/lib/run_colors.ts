// Which colour each run has: its own choice, else its value in the field that colours the runs, else its rank by age.
import type { Run } from '../api/types';
import { cellValue, compareCells, type ColumnId } from './columns';
import { asNumber } from './flatten';
import { formatJson } from './format';
import { kUnsetColor, type RunColor } from './palette';

export interface ColorScale {
  min: number;
  max: number;
  isLog: boolean;
}

export interface ColoredBy {
  colorOf: (run: Run) => RunColor;
  // Of numbers; null where the values are names, which have a colour each.
  scale: ColorScale | null;
}

// As the plots of the compare page: a decade or more stands on a logarithm.
const kLogFrom = 10;

function scaleOf(values: readonly number[]): ColorScale {
  const [min, max] = [Math.min(...values), Math.max(...values)];
  return { min, max, isLog: min > 0 && max / min >= kLogFrom };
}

function shareOf(value: number, { min, max, isLog }: ColorScale): number {
  if (max === min) return 0.5;
  return isLog ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
}

export function coloredBy(runs: readonly Run[], field: ColumnId): ColoredBy {
  const values = runs.map((run) => cellValue(run, field)).filter((value) => value !== undefined && value !== null && value !== '');
  const numbers = values.map(asNumber).filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (numbers.length > 0 && values.every((value) => asNumber(value) !== null)) {
    const scale = scaleOf(numbers);
    return {
      scale,
      colorOf: (run) => {
        const value = asNumber(cellValue(run, field));
        return value === null || !Number.isFinite(value) ? kUnsetColor : { share: shareOf(value, scale) };
      },
    };
  }
  const names = [...new Set([...values].sort((a, b) => compareCells(a, b, 'asc')).map(formatJson))];
  const places = new Map(names.map((name, index) => [name, index]));
  return { scale: null, colorOf: (run) => places.get(formatJson(cellValue(run, field) ?? null)) ?? kUnsetColor };
}

// "1a2b3c4d.7,…": chosen places in the palette, by the first characters of ids.
export function parseColors(text: string | null): ReadonlyMap<string, number> {
  const colors = new Map<string, number>();
  for (const part of (text ?? '').split(',')) {
    const found = /^([0-9a-f]{4,})\.(\d{1,2})$/.exec(part);
    if (found) colors.set(found[1]!, Number(found[2]));
  }
  return colors;
}

export const formatColors = (colors: ReadonlyMap<string, number>): string => [...colors].map(([id, place]) => `${id}.${place}`).join(',');
