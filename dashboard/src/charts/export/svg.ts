// A figure as SVG 1.1: real text, one path a line, points that share a pixel column thinned to its ends and extremes.
import { projectX, projectY, visibleSlice } from '../paint';
import { kFigureFont, kFigureFontPx, type Figure, type FigureLine } from './figure';

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`)
    // eslint-disable-next-line no-control-regex -- XML has no such characters, so they are looked for
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
const round = (value: number): number => Math.round(value * 100) / 100;

interface Point {
  x: number;
  y: number;
}

// Per column of a pixel: first, lowest, highest and last, in their order. NaN breaks the line.
export function thin(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  let column: Point[] = [];
  const flush = (): void => {
    if (column.length <= 4) kept.push(...column);
    else {
      let low = 0;
      let high = 0;
      column.forEach((point, i) => {
        if (point.y < column[low]!.y) low = i;
        if (point.y > column[high]!.y) high = i;
      });
      for (const i of [...new Set([0, Math.min(low, high), Math.max(low, high), column.length - 1])]) kept.push(column[i]!);
    }
    column = [];
  };
  for (const point of points) {
    const isBreak = !Number.isFinite(point.y) || !Number.isFinite(point.x);
    if (isBreak || (column.length > 0 && Math.floor(column[0]!.x) !== Math.floor(point.x))) flush();
    if (isBreak) kept.push({ x: NaN, y: NaN });
    else column.push(point);
  }
  flush();
  return kept;
}

export function pathOf(points: readonly Point[]): string {
  let path = '';
  let open = false;
  for (const point of thin(points)) {
    if (!Number.isFinite(point.y)) {
      open = false;
      continue;
    }
    path += `${open ? 'L' : 'M'}${round(point.x)} ${round(point.y)}`;
    open = true;
  }
  return path;
}

function lineSvg(figure: Figure, line: FigureLine): string {
  const px = projectX(figure.plot);
  const py = projectY(figure.plot);
  const { data } = line;
  const [from, to] = visibleSlice(data, figure.plot.x);
  const points = (values: Float64Array): Point[] =>
    Array.from({ length: Math.max(0, to - from) }, (_, i) => ({ x: px(data.xAt(from + i)), y: py(values[from + i] ?? NaN) }));
  const dash = line.dash.length > 0 ? ` stroke-dasharray="${line.dash.join(' ')}"` : '';
  const stroke = (values: Float64Array, opacity: number): string =>
    `<path d="${pathOf(points(values))}" fill="none" stroke="${line.color}" stroke-width="1.5" stroke-linejoin="round"${dash}${opacity < 1 ? ` opacity="${opacity}"` : ''}/>`;
  let out = '';
  if (data.mode === 'buckets') {
    const tops = points(data.hi).filter((p) => Number.isFinite(p.y) && Number.isFinite(p.x));
    const bottoms = points(data.lo).filter((p) => Number.isFinite(p.y) && Number.isFinite(p.x)).reverse();
    if (tops.length > 0) out += `<path d="${pathOf(tops)}${pathOf(bottoms).replace(/^M/, 'L')}Z" fill="${line.color}" opacity="0.2"/>`;
  }
  out += stroke(data.mid, line.smoothed ? 0.28 : 1);
  if (line.smoothed) out += stroke(line.smoothed, 1);
  return `<g>${out}</g>`;
}

export function figureSvg(figure: Figure): string {
  const { plot, ink } = figure;
  const px = projectX(plot);
  const py = projectY(plot);
  const right = plot.left + plot.width;
  const bottom = plot.top + plot.height;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${figure.width}" height="${figure.height}" viewBox="0 0 ${figure.width} ${figure.height}" font-family="${kFigureFont}" font-size="${kFigureFontPx}">`,
    `<title>${escape(figure.title)}</title>`,
    `<rect width="100%" height="100%" fill="${ink.paper}"/>`,
    `<clipPath id="plot"><rect x="${plot.left - 2}" y="${plot.top - 2}" width="${plot.width + 4}" height="${plot.height + 4}"/></clipPath>`,
    `<g stroke="${ink.grid}">`,
    ...figure.xTicks.map((tick) => `<line x1="${round(px(tick.at))}" x2="${round(px(tick.at))}" y1="${plot.top}" y2="${bottom}"/>`),
    ...figure.yTicks.map((tick) => `<line x1="${plot.left}" x2="${right}" y1="${round(py(tick.at))}" y2="${round(py(tick.at))}"/>`),
    '</g>',
    `<g fill="${ink.text}">`,
    `<text x="${plot.left}" y="20" font-size="14" font-weight="600">${escape(figure.title)}</text>`,
    ...figure.xTicks.map((tick) => `<text x="${round(px(tick.at))}" y="${bottom + 17}" text-anchor="middle">${escape(tick.label)}</text>`),
    ...figure.yTicks.map((tick) => `<text x="${plot.left - 7}" y="${round(py(tick.at)) + 4}" text-anchor="end">${escape(tick.label)}</text>`),
    `<text x="${plot.left + plot.width / 2}" y="${bottom + 35}" text-anchor="middle">${escape(figure.xLabel)}</text>`,
    '</g>',
    '<g clip-path="url(#plot)">',
    ...figure.lines.map((line) => lineSvg(figure, line)),
    '</g>',
    ...figure.legend.map((entry) =>
      `<line x1="${entry.x}" x2="${entry.x + 18}" y1="${entry.y}" y2="${entry.y}" stroke="${entry.color}" stroke-width="2.5"${entry.dash.length > 0 ? ` stroke-dasharray="${entry.dash.join(' ')}"` : ''}/>` +
      `<text x="${entry.x + 23}" y="${entry.y + 4}" fill="${ink.text}">${escape(entry.label)}</text>`),
    '</svg>',
  ];
  return parts.join('\n');
}
