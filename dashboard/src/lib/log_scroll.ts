// Browsers draw no element taller than some 17 to 33 million pixels. A log of more lines gets a scroll bar that stands
// for more than a pixel each: the lines near the window are placed where the bar says they are.

export const kMostPixels = 8_000_000;

export interface LogWindow {
  from: number;
  to: number;
  // Where the first of these lines stands, in pixels from the top of what scrolls.
  top: number;
}

export const spaceOf = (total: number, lineHeight: number): number => Math.min(total * lineHeight, kMostPixels);

// The line (with its fraction) at the top edge.
function firstLine(top: number, height: number, total: number, lineHeight: number): number {
  const space = spaceOf(total, lineHeight);
  if (total * lineHeight <= kMostPixels) return top / lineHeight;
  const room = Math.max(1, space - height);
  return (Math.min(top, room) / room) * Math.max(0, total - height / lineHeight);
}

export function windowAt(view: { top: number; height: number }, total: number, lineHeight: number, overscan: number): LogWindow {
  const first = firstLine(view.top, view.height, total, lineHeight);
  const from = Math.max(0, Math.floor(first) - overscan);
  const to = Math.min(total, Math.ceil(first + view.height / lineHeight) + overscan);
  return { from, to, top: view.top - (first - from) * lineHeight };
}

// The scroll position at which the line stands in the middle of the window.
export function scrollTo(line: number, height: number, total: number, lineHeight: number): number {
  const wanted = Math.max(0, line - height / lineHeight / 2);
  if (total * lineHeight <= kMostPixels) return wanted * lineHeight;
  return (wanted / Math.max(1, total - height / lineHeight)) * (kMostPixels - height);
}
