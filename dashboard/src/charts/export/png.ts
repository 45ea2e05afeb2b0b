// A figure as PNG, at twice the size of its CSS pixels: sharp on paper and on the screen.
import { paintLines, projectX, projectY } from '../paint';
import { kFigureFont, kFigureFontPx, type Figure } from './figure';

const kRatio = 2;

function drawGrid(context: CanvasRenderingContext2D, figure: Figure): void {
  const { plot, ink } = figure;
  const px = projectX(plot);
  const py = projectY(plot);
  const bottom = plot.top + plot.height;
  context.strokeStyle = ink.grid;
  context.beginPath();
  for (const tick of figure.xTicks) {
    context.moveTo(px(tick.at), plot.top);
    context.lineTo(px(tick.at), bottom);
  }
  for (const tick of figure.yTicks) {
    context.moveTo(plot.left, py(tick.at));
    context.lineTo(plot.left + plot.width, py(tick.at));
  }
  context.stroke();
  context.fillStyle = ink.text;
  context.font = `600 14px ${kFigureFont}`;
  context.fillText(figure.title, plot.left, 20);
  context.font = `${kFigureFontPx}px ${kFigureFont}`;
  context.textAlign = 'center';
  for (const tick of figure.xTicks) context.fillText(tick.label, px(tick.at), bottom + 17);
  context.fillText(figure.xLabel, plot.left + plot.width / 2, bottom + 35);
  context.textAlign = 'right';
  for (const tick of figure.yTicks) context.fillText(tick.label, plot.left - 7, py(tick.at) + 4);
}

function drawLegend(context: CanvasRenderingContext2D, figure: Figure): void {
  context.textAlign = 'left';
  for (const entry of figure.legend) {
    context.strokeStyle = entry.color;
    context.lineWidth = 2.5;
    context.setLineDash([...entry.dash]);
    context.beginPath();
    context.moveTo(entry.x, entry.y);
    context.lineTo(entry.x + 18, entry.y);
    context.stroke();
    context.fillStyle = figure.ink.text;
    context.fillText(entry.label, entry.x + 23, entry.y + 4);
  }
  context.setLineDash([]);
}

export async function figurePng(figure: Figure): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = figure.width * kRatio;
  canvas.height = figure.height * kRatio;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no canvas');
  context.scale(kRatio, kRatio);
  context.fillStyle = figure.ink.paper;
  context.fillRect(0, 0, figure.width, figure.height);
  drawGrid(context, figure);
  paintLines(context, figure.plot, figure.lines);
  drawLegend(context, figure);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture is too large'))), 'image/png');
  });
}
