// Terminal text to styled pieces: SGR colours and weights; every other control sequence is dropped.
// Source: ECMA-48 8.3.117 (SGR); 256-colour cube as xterm.

export interface AnsiStyle {
  // Index 0–15 of the theme's terminal colours, or "#rrggbb".
  color: number | string | null;
  background: number | string | null;
  bold: boolean;
  dim: boolean;
  italic: boolean;
  underline: boolean;
  inverse: boolean;
}
export interface AnsiPiece {
  text: string;
  style: AnsiStyle;
}

const kPlain: AnsiStyle = {
  color: null, background: null, bold: false, dim: false, italic: false, underline: false, inverse: false,
};

// CSI … final byte; OSC … BEL or ST; two-byte escapes; lone control characters except tab.
// eslint-disable-next-line no-control-regex
const kSequence = /\x1b\[([0-9;:?<=>]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]|[\x00-\x08\x0a-\x1f\x7f]/g;

const hex = (n: number): string => n.toString(16).padStart(2, '0');

export function xtermColor(index: number): number | string {
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + (Math.min(index, 255) - 232) * 10;
    return `#${hex(grey)}${hex(grey)}${hex(grey)}`;
  }
  const cube = index - 16;
  const level = (n: number): string => hex(n === 0 ? 0 : 55 + n * 40);
  return `#${level(Math.floor(cube / 36))}${level(Math.floor(cube / 6) % 6)}${level(cube % 6)}`;
}

// 38;5;n and 38;2;r;g;b (also with colons). Returns the colour and how many codes it took.
function extendedColor(codes: readonly number[], at: number): [number | string | null, number] {
  if (codes[at] === 5) return [xtermColor(codes[at + 1] ?? 0), 2];
  if (codes[at] === 2) {
    const [r = 0, g = 0, b = 0] = codes.slice(at + 1, at + 4).map((n) => Math.min(255, n));
    return [`#${hex(r)}${hex(g)}${hex(b)}`, 4];
  }
  return [null, 1];
}

const kFlags: Readonly<Record<number, Partial<AnsiStyle>>> = {
  0: kPlain, 1: { bold: true }, 2: { dim: true }, 3: { italic: true }, 4: { underline: true }, 7: { inverse: true },
  22: { bold: false, dim: false }, 23: { italic: false }, 24: { underline: false }, 27: { inverse: false },
  39: { color: null }, 49: { background: null },
};

function applySgr(style: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((part) => (part === '' ? 0 : Number.parseInt(part, 10)));
  let next = style;
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!;
    const flags = kFlags[code];
    if (flags) next = { ...next, ...flags };
    else if (code >= 30 && code <= 37) next = { ...next, color: code - 30 };
    else if (code >= 90 && code <= 97) next = { ...next, color: code - 82 };
    else if (code >= 40 && code <= 47) next = { ...next, background: code - 40 };
    else if (code >= 100 && code <= 107) next = { ...next, background: code - 92 };
    else if (code === 38 || code === 48) {
      const [color, taken] = extendedColor(codes, i + 1);
      next = code === 38 ? { ...next, color } : { ...next, background: color };
      i += taken;
    }
  }
  return next;
}

export function parseAnsi(text: string): AnsiPiece[] {
  const pieces: AnsiPiece[] = [];
  let style = kPlain;
  let from = 0;
  const push = (to: number): void => {
    if (to > from) pieces.push({ text: text.slice(from, to), style });
  };
  for (const match of text.matchAll(kSequence)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] === 'm') style = applySgr(style, match[1] ?? '');
  }
  push(text.length);
  return pieces;
}
