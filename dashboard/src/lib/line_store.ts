// Lines of a log in pages, of which only some are in memory. A line may come again under its number (a progress bar):
// the later text wins.
import type { LogLine } from '../api/types';

export const kLinesPerPage = 1000;

export class LineStore {
  total = 0;
  private readonly lines = new Map<number, LogLine>();

  get(line: number): LogLine | undefined {
    return this.lines.get(line);
  }

  put(lines: readonly LogLine[]): void {
    for (const line of lines) {
      const held = this.lines.get(line.line);
      if (!held || line.timeUs >= held.timeUs) this.lines.set(line.line, line);
      this.total = Math.max(this.total, line.line + 1);
    }
  }

  // First lines of the pages that [from, to) touches and that are not whole here.
  missingPages(from: number, to: number): number[] {
    const pages: number[] = [];
    for (let page = Math.floor(Math.max(0, from) / kLinesPerPage); page * kLinesPerPage < Math.min(to, this.total); page++) {
      const start = page * kLinesPerPage;
      const end = Math.min(start + kLinesPerPage, this.total);
      for (let line = Math.max(start, from); line < Math.min(end, to); line++) {
        if (!this.lines.has(line)) {
          pages.push(start);
          break;
        }
      }
    }
    return pages;
  }
}
