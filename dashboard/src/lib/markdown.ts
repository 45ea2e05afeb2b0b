// Markdown (CommonMark with GitHub's tables, lists of tasks and struck text) as a tree that holds texts and addresses
// only: nothing in it is markup, so whoever sets its texts as text cannot be made to run anything. The text is written by
// others. Raw HTML stays the text it is; a link leads to http, https, mailto or a place of this server, else it is its
// text; a picture is shown from this server alone, of others there is a link. What cannot be read is one plain text.
import { Lexer, type MarkedToken, type Token } from 'marked';

export type MarkdownInline =
  | { kind: 'text' | 'code'; text: string }
  | { kind: 'break' }
  | { kind: 'strong' | 'em' | 'del'; children: MarkdownInline[] }
  // `isOutside`: of another server, or a mail.
  | { kind: 'link'; href: string; isOutside: boolean; children: MarkdownInline[] }
  | { kind: 'image'; src: string; alt: string };

export type Align = 'left' | 'center' | 'right' | null;
export interface MarkdownItem {
  // null: no task.
  checked: boolean | null;
  children: MarkdownBlock[];
}
export type MarkdownBlock =
  | { kind: 'heading'; depth: number; children: MarkdownInline[] }
  | { kind: 'paragraph'; children: MarkdownInline[] }
  | { kind: 'code'; text: string }
  | { kind: 'rule' }
  | { kind: 'quote'; children: MarkdownBlock[] }
  | { kind: 'list'; start: number | null; items: MarkdownItem[] }
  | { kind: 'table'; align: Align[]; head: MarkdownInline[][]; rows: MarkdownInline[][][] };

// Longer texts, and what is nested deeper, stay plain.
export const kMostCharacters = 100_000;
const kDeepest = 24;
const kMostCells = 5000;

// The base that relative addresses are read against; no server has this name (RFC 2606).
const kHere = 'https://here.invalid/p/x/reports/y';
const kOutside: readonly string[] = ['http:', 'https:', 'mailto:'];
const kHasScheme = /^[a-z][a-z0-9+.-]*:/i;

// Where an address leads, as a browser would read it; null if it must not be followed.
export function safeAddress(address: string): { href: string; isOutside: boolean } | null {
  // Browsers take these out before they read an address.
  // eslint-disable-next-line no-control-regex -- they are what is taken out
  const text = address.replace(/[\u0000-\u0020\u007f-\u009f]/g, '');
  if (text === '') return null;
  try {
    if (kHasScheme.test(text)) {
      const url = new URL(text);
      return kOutside.includes(url.protocol) ? { href: url.href, isOutside: true } : null;
    }
    const url = new URL(text, kHere);
    // "//host", "/\host", and "/.//host", whose path is that: another server without its scheme.
    if (url.origin !== new URL(kHere).origin || url.pathname.startsWith('//')) return null;
    return { href: /^[/\\]/.test(text) ? url.pathname + url.search + url.hash : text, isOutside: false };
  } catch {
    return null;
  }
}

const kNamed: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

// The few references that people write; others stay as they are.
export function withoutReferences(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(amp|lt|gt|quot|apos|nbsp));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return kNamed[name.toLowerCase()] ?? whole;
    const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : '\ufffd';
  });
}

const plain = (text: string): MarkdownInline => ({ kind: 'text', text });
const known = (token: Token): MarkedToken => token as MarkedToken;

function link(href: string, children: MarkdownInline[]): MarkdownInline[] {
  const safe = safeAddress(href);
  return safe ? [{ kind: 'link', ...safe, children }] : children;
}

function image(href: string, alt: string): MarkdownInline[] {
  const safe = safeAddress(href);
  if (!safe) return [plain(alt)];
  return safe.isOutside ? link(href, [plain(alt === '' ? href : alt)]) : [{ kind: 'image', src: safe.href, alt }];
}

function inlines(tokens: readonly Token[] | undefined, depth: number): MarkdownInline[] {
  return (tokens ?? []).flatMap((token) => inline(known(token), depth));
}

function inline(token: MarkedToken, depth: number): MarkdownInline[] {
  if (depth > kDeepest) return [plain(token.raw)];
  switch (token.type) {
    case 'strong':
    case 'em':
    case 'del': return [{ kind: token.type, children: inlines(token.tokens, depth + 1) }];
    case 'codespan': return [{ kind: 'code', text: token.text }];
    case 'br': return [{ kind: 'break' }];
    case 'link': return link(withoutReferences(token.href), inlines(token.tokens, depth + 1));
    case 'image': return image(withoutReferences(token.href), withoutReferences(token.text));
    case 'escape': return [plain(token.text)];
    case 'text': return token.tokens ? inlines(token.tokens, depth + 1) : [plain(withoutReferences(token.text))];
    case 'checkbox': return [];
    // Raw HTML above all.
    default: return [plain(token.raw)];
  }
}

function blocks(tokens: readonly Token[] | undefined, depth: number): MarkdownBlock[] {
  return (tokens ?? []).flatMap((token) => block(known(token), depth));
}

function block(token: MarkedToken, depth: number): MarkdownBlock[] {
  if (depth > kDeepest) return [{ kind: 'paragraph', children: [plain(token.raw)] }];
  switch (token.type) {
    case 'space':
    case 'def':
    case 'checkbox': return [];
    case 'heading': return [{ kind: 'heading', depth: token.depth, children: inlines(token.tokens, depth + 1) }];
    case 'paragraph': return [{ kind: 'paragraph', children: inlines(token.tokens, depth + 1) }];
    case 'code': return [{ kind: 'code', text: token.text }];
    case 'hr': return [{ kind: 'rule' }];
    case 'blockquote': return [{ kind: 'quote', children: blocks(token.tokens, depth + 1) }];
    case 'list': return [{
      kind: 'list', start: token.ordered ? Number(token.start) : null,
      items: token.items.map((item) => ({ checked: item.task ? item.checked === true : null, children: blocks(item.tokens, depth + 1) })),
    }];
    case 'table': {
      if (token.rows.length * token.header.length > kMostCells) return [{ kind: 'code', text: token.raw }];
      const cells = (row: readonly { tokens: Token[] }[]): MarkdownInline[][] => row.map((cell) => inlines(cell.tokens, depth + 1));
      return [{ kind: 'table', align: token.align, head: cells(token.header), rows: token.rows.map(cells) }];
    }
    // Raw HTML stands as it was written; the rest is inline text of a list.
    case 'html': return [{ kind: 'paragraph', children: [plain(token.raw.trim())] }];
    default: return [{ kind: 'paragraph', children: inline(token, depth) }];
  }
}

// What the reader of emphasis and links takes grows with their marks times the length of what they stand in: a paragraph,
// a row of a table or an item of a list. Texts that people write are far below; the bound is some tenths of a second.
const kMostWork = 1e7;
const kPieceEnd = /\n[ \t]*\n|\n(?=[ \t]*(?:\||[-+*][ \t]|\d{1,9}[.)][ \t]))/;
function isTooMuch(text: string): boolean {
  let work = 0;
  for (const paragraph of text.split(kPieceEnd)) {
    work += paragraph.length * (paragraph.match(/[*_~[\]`<&\\]/g)?.length ?? 0);
    if (work > kMostWork) return true;
  }
  return false;
}

// Line breaks are kept, as in the notes that were written before they were Markdown.
export function parseMarkdown(written: string): MarkdownBlock[] {
  const text = written.replace(/\r\n?/g, '\n');
  const asItStands = (): MarkdownBlock[] => [{ kind: 'code', text }];
  if (text.length > kMostCharacters || isTooMuch(text)) return asItStands();
  try {
    return blocks(new Lexer({ gfm: true, breaks: true }).lex(text), 0);
  } catch {
    // Nested too deep for the reader.
    return asItStands();
  }
}
