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
}
export interface SimplePlot {
  mark: PlotMark;
  title: string;
  x: PlotChannel;
  y: PlotChannel;
  // A name for each value; null: all are of one.
  color: { title: string; names: string[] } | null;
}

const kMostRows = 20_000;
// As many as an axis has places for.
const kMostNames = 40;
const kMarks: Readonly<Record<string, PlotMark>> = { line: 'line', point: 'point', circle: 'point', bar: 'bar' };
// What changes no place of a mark.
const kOfPlot = ['$schema', 'data', 'mark', 'encoding', 'title', 'width', 'height', 'description', 'name'];
const kOfChannel = ['field', 'type', 'title', 'axis', 'legend', 'scale'];
const kOfMark = ['type', 'tooltip', 'point', 'filled'];
const kOfScale = ['type', 'zero', 'nice'];

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const hasOnly = (object: JsonObject, names: readonly string[]): boolean => Object.keys(object).every((name) => names.includes(name));
const own = (object: JsonObject, name: string): Json | undefined => (Object.hasOwn(object, name) ? object[name] : undefined);

function markOf(mark: Json | undefined): PlotMark | null {
  const name = isObject(mark) ? (hasOnly(mark, kOfMark) ? mark.type : undefined) : mark;
  return typeof name === 'string' && Object.hasOwn(kMarks, name) ? kMarks[name]! : null;
}

function scaleOf(scale: Json | undefined): 'linear' | 'log' | null {
  if (scale === undefined) return 'linear';
  if (!isObject(scale) || !hasOnly(scale, kOfScale)) return null;
  return scale.type === undefined || scale.type === 'linear' ? 'linear' : scale.type === 'log' ? 'log' : null;
}

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
    const values = cells.map((cell) => (typeof cell === 'number' ? cell : null));
    return values.some((value) => value !== null) ? { title, scale, values } : null;
  }
  if ((type !== 'nominal' && type !== 'ordinal') || cells.some((cell) => typeof cell === 'object' && cell !== null)) return null;
  const values = cells.map(String);
  return new Set(values).size <= kMostNames ? { title, scale, values } : null;
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

export function readPlot(spec: JsonObject): SimplePlot | null {
  const rows = rowsOf(spec.data);
  const mark = markOf(spec.mark);
  if (!rows || !mark || !hasOnly(spec, kOfPlot) || !isObject(spec.encoding) || !hasOnly(spec.encoding, ['x', 'y', 'color', 'tooltip'])) return null;
  const [x, y] = [channelOf(spec.encoding.x, rows), channelOf(spec.encoding.y, rows)];
  const named = spec.encoding.color === undefined ? null : channelOf(spec.encoding.color, rows);
  if (!x || !y || (spec.encoding.color !== undefined && (!named || named.values.some((name) => typeof name !== 'string')))) return null;
  const title = typeof spec.title === 'string' ? spec.title : '';
  const plot: SimplePlot = { mark, title, x, y, color: named && { title: named.title, names: named.values.map(String) } };
  return mark === 'bar' && !areApart(plot) ? null : plot;
}
