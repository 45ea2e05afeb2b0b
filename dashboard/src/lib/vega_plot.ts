// Simple plots out of Vega-Lite specifications: one mark (line, point, bar) over values that stand in the specification, x
// and y, and a colour for each name. Anything else of the language is not guessed at: what a picture would leave out or
// show otherwise is no simple plot. The specification was written by others.
import type { Json, JsonObject } from '../api/types';

export type PlotMark = 'line' | 'point' | 'bar';
export type PlotValue = number | string | null;
export interface PlotChannel {
  title: string;
  values: PlotValue[];
  scale: 'linear' | 'log';
  // Of numbers: whether the specification asks for zero on the axis.
  zero: boolean;
  // Names, each once, in the order of `sort`; null: numbers.
  order: string[] | null;
}
export interface SimplePlot {
  mark: PlotMark;
  title: string;
  x: PlotChannel;
  y: PlotChannel;
  // A name for each value; null: all are of one.
  color: { title: string; names: string[]; order: string[] } | null;
}

const kMostRows = 20_000;
// As many as an axis has places for.
const kMostNames = 40;
const kMarks: Readonly<Record<string, PlotMark>> = { line: 'line', point: 'point', circle: 'point', bar: 'bar' };
// What changes no place of a mark, or is read below.
const kOfPlot = ['$schema', 'data', 'mark', 'encoding', 'title', 'width', 'height', 'description', 'name'];
const kOfChannel = ['field', 'type', 'title', 'axis', 'legend', 'scale', 'sort'];
const kOfMark = ['type', 'tooltip', 'point', 'filled'];
const kOfScale = ['type', 'zero', 'nice'];

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const hasOnly = (object: JsonObject, names: readonly string[]): boolean => Object.keys(object).every((name) => names.includes(name));
const own = (object: JsonObject, name: string): Json | undefined => (Object.hasOwn(object, name) ? object[name] : undefined);

function markOf(mark: Json | undefined): PlotMark | null {
  const name = isObject(mark) ? (hasOnly(mark, kOfMark) ? mark.type : undefined) : mark;
  return typeof name === 'string' && Object.hasOwn(kMarks, name) ? kMarks[name]! : null;
}

function scaleOf(scale: Json | undefined): { scale: 'linear' | 'log'; zero: boolean } | null {
  if (scale === undefined) return { scale: 'linear', zero: false };
  if (!isObject(scale) || !hasOnly(scale, kOfScale) || (scale.zero !== undefined && typeof scale.zero !== 'boolean')) return null;
  if (scale.type === 'log') return { scale: 'log', zero: false };
  return scale.type === undefined || scale.type === 'linear' ? { scale: 'linear', zero: scale.zero === true } : null;
}

type Scalar = Exclude<Json, JsonObject | readonly Json[]>;
const isScalar = (value: Json): value is Scalar => typeof value !== 'object' || value === null;

// As Vega's `ascending`: what is not there first, numbers by value, texts by their code units ("a10" before "a9").
function compare(a: Scalar, b: Scalar): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [String(a), String(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

// Vega-Lite's `sort` of names: by name if nothing is said, as they come for null, those of a list first. null: another sort.
function orderOf(cells: readonly Scalar[], sort: Json | undefined): string[] | null {
  const once = (all: readonly Scalar[]): string[] => [...new Set(all.map(String))];
  if (sort === null) return once(cells);
  if (sort === undefined || sort === 'ascending') return once([...cells].sort(compare));
  if (sort === 'descending') return once([...cells].sort((a, b) => compare(b, a)));
  if (!Array.isArray(sort) || !sort.every(isScalar)) return null;
  const there = once(cells);
  return once([...sort.map(String).filter((name) => there.includes(name)), ...there]);
}

// Numbers have a direction alone, and are not drawn backwards.
const isSortOfNumbers = (sort: Json | undefined): boolean => sort === undefined || sort === null || sort === 'ascending';

// Numbers of a quantitative field, names of the others.
function channelOf(channel: Json | undefined, rows: readonly JsonObject[]): PlotChannel | null {
  if (!isObject(channel) || !hasOnly(channel, kOfChannel)) return null;
  const { field, type } = channel;
  if (typeof field !== 'string' || /[.[\]\\]/.test(field)) return null;
  const scale = scaleOf(channel.scale);
  const title = typeof channel.title === 'string' ? channel.title : field;
  if (scale === null) return null;
  const cells = rows.map((row) => own(row, field) ?? null);
  if (type === 'quantitative') {
    if (!isSortOfNumbers(channel.sort)) return null;
    const values = cells.map((cell) => (typeof cell === 'number' ? cell : null));
    return values.some((value) => value !== null) ? { title, ...scale, values, order: null } : null;
  }
  if ((type !== 'nominal' && type !== 'ordinal') || !cells.every(isScalar)) return null;
  const order = orderOf(cells, channel.sort);
  return order !== null && order.length <= kMostNames ? { title, ...scale, values: cells.map(String), order } : null;
}

function rowsOf(data: Json | undefined): JsonObject[] | null {
  if (!isObject(data) || !hasOnly(data, ['values', 'name']) || !Array.isArray(data.values)) return null;
  const rows = data.values.filter(isObject);
  return rows.length === data.values.length && rows.length > 0 && rows.length <= kMostRows ? rows : null;
}

// Bars that would be stacked or lie over each other are not drawn, nor those that do not stand on a line of numbers.
function areApart({ x, y, color }: SimplePlot): boolean {
  return color === null && typeof x.values[0] === 'string' && y.scale === 'linear' && y.values.every((value) => typeof value === 'number')
    && new Set(x.values).size === x.values.length;
}

// A bar tells by its length: one that begins elsewhere than at zero tells something else.
const standsOffZero = (channel: Json | undefined): boolean => isObject(channel) && isObject(channel.scale) && channel.scale.zero === false;

const isSortDrawn = ({ sort, type }: JsonObject): boolean => (type === 'quantitative' ? isSortOfNumbers(sort) : orderOf([], sort) !== null);

// Why readPlot() reads nothing, for the reader of the page.
export function refusalOf(spec: JsonObject): string {
  const encoding = isObject(spec.encoding) ? spec.encoding : {};
  const unsorted = ['x', 'y', 'color'].find((name) => { const channel = own(encoding, name); return isObject(channel) && !isSortDrawn(channel); });
  if (unsorted !== undefined) {
    return `A Vega-Lite specification whose ${unsorted} has an order (sort) that is not drawn here: names can be ascending, descending, as they come (null) or in the order of a list. Save it for a viewer.`;
  }
  if (markOf(spec.mark) === 'bar' && standsOffZero(encoding.y)) {
    return 'A Vega-Lite specification of bars that need not stand on zero (scale.zero is false), which are not drawn here: their lengths would tell nothing. Save it for a viewer.';
  }
  return 'A Vega-Lite specification of more than is drawn here; save it for a viewer.';
}

export function readPlot(spec: JsonObject): SimplePlot | null {
  const rows = rowsOf(spec.data);
  const mark = markOf(spec.mark);
  if (!rows || !mark || !hasOnly(spec, kOfPlot) || !isObject(spec.encoding) || !hasOnly(spec.encoding, ['x', 'y', 'color', 'tooltip'])) return null;
  const [x, y] = [channelOf(spec.encoding.x, rows), channelOf(spec.encoding.y, rows)];
  const named = spec.encoding.color === undefined ? null : channelOf(spec.encoding.color, rows);
  if (!x || !y || (spec.encoding.color !== undefined && !named?.order)) return null;
  if (mark === 'bar' && standsOffZero(spec.encoding.y)) return null;
  const title = typeof spec.title === 'string' ? spec.title : '';
  const plot: SimplePlot = { mark, title, x, y, color: named?.order ? { title: named.title, names: named.values.map(String), order: named.order } : null };
  return mark === 'bar' && !areApart(plot) ? null : plot;
}
