import { describe, expect, it } from 'vitest';
import { chartCsv } from '../../src/charts/export/csv';
import { makeFigure, type FigureInput } from '../../src/charts/export/figure';
import { figureSvg, pathOf, thin } from '../../src/charts/export/svg';
import { lineFromRaw } from '../../src/charts/line_data';
import { kLinear, symlog } from '../../src/charts/scale';
import { linearTicks } from '../../src/charts/ticks';
import { csvText } from '../../src/lib/csv';
import { fileName } from '../../src/lib/download';

const line = (y: number[]) => lineFromRaw(Float64Array.from(y.map((_, i) => i)), Float64Array.from(y), y.length);
const input = (changes: Partial<FigureInput> = {}): FigureInput => ({
  title: 'train/<loss>', xLabel: 'step', x: 'step', xScale: kLinear, yScale: kLinear, unit: 'plain', theme: 'light',
  lines: [{ label: 'a & b', data: line([1, 2, 3]), smoothed: null, color: '#123456', dash: [] }],
  ranges: { x: { min: 0, max: 2 }, y: { min: 0, max: 4 } }, width: 600, height: 300, ...changes,
});

describe('the drawing', () => {
  it('is well-formed whatever the names are', () => {
    const svg = figureSvg(makeFigure(input()));
    expect(svg).toContain('train/&#60;loss&#62;');
    expect(svg).toContain('a &#38; b');
    expect(svg).not.toContain('<loss>');
    expect(svg.match(/stroke="#123456"/g)?.length).toBe(2);
  });

  it('has its points where the ranges say', () => {
    const { plot } = makeFigure(input());
    const svg = figureSvg(makeFigure(input()));
    expect(svg).toContain(`M${plot.left} ${plot.top + plot.height * 0.75}L`);
    expect(svg).toContain(`L${plot.left + plot.width} ${plot.top + plot.height * 0.25}`);
  });

  it('stands on a symlog axis by the closed formula, and says so', () => {
    const values = [-90, 0, 40];
    const figure = makeFigure(input({ yScale: symlog(0.5), ranges: { x: { min: 0, max: 2 }, y: { min: -90, max: 40 } }, lines: [{ ...input().lines[0]!, data: line(values) }] }));
    const place = (value: number) => Math.sign(value) * Math.log(1 + Math.abs(value) / 0.5);
    const middle = figure.plot.top + figure.plot.height * (1 - (place(0) - place(-90)) / (place(40) - place(-90)));
    const points = /d="M([^"]*)"[^>]*stroke="#123456"|stroke="#123456"[^>]*d="M([^"]*)"/.exec(figureSvg(figure));
    expect(Number((points?.[1] ?? points?.[2] ?? '').split('L')[1]?.split(' ')[1])).toBeCloseTo(middle, 0);
    expect(figure.title).toBe('train/<loss> (symlog, constant 0.5)');
    expect(figure.yTicks.map((tick) => tick.at)).toContain(0);
    expect(figure.yTicks.some((tick) => tick.at < 0)).toBe(true);
  });

  it('has room for the names of all lines', () => {
    const lines = Array.from({ length: 30 }, (_, i) => ({ ...input().lines[0]!, label: `a run with a name ${i}` }));
    const figure = makeFigure(input({ lines }));
    expect(figure.height).toBeGreaterThan(300);
    for (const entry of figure.legend) expect(entry.y).toBeLessThan(figure.height);
  });

  it('keeps first, lowest, highest and last of a pixel, and breaks at what is not finite', () => {
    const points = [5, 1, 9, 4, 3, 6].map((y, i) => ({ x: i / 10, y }));
    expect(thin(points).map((p) => p.y)).toEqual([5, 1, 9, 6]);
    expect(pathOf([{ x: 0, y: 1 }, { x: 1, y: NaN }, { x: 2, y: 3 }, { x: 3, y: 4 }])).toBe('M0 1M2 3L3 4');
  });
});

it('writes the points of a chart as rows', () => {
  expect(chartCsv('loss', 'step', [{ label: 'a,b', data: line([0.5, NaN]), smoothed: Float64Array.from([0.25, NaN]) }]))
    .toBe('run,step,loss,smoothed\r\n"a,b",0,0.5,0.25\r\n"a,b",1,NaN,NaN\r\n');
});

it('writes texts that no spreadsheet runs', () => {
  expect(csvText([['=1+1', '-3', -3, 'say "hi"', null, true]])).toBe('\'=1+1,-3,-3,"say ""hi""",,true\r\n');
});

it('names files', () => {
  expect(fileName('train/loss', 'csv')).toBe('train_loss.csv');
  expect(fileName('../..', 'svg')).toBe('export.svg');
});

it('ticks stand on round numbers inside the range', () => {
  expect(linearTicks(0, 1, 5).ticks).toEqual([0, 0.2, 0.4, 0.6000000000000001, 0.8, 1]);
  expect(linearTicks(3, 3, 5).ticks).toEqual([]);
  expect(linearTicks(0, 200, 4, [1, 60, 3600]).step).toBe(60);
});
