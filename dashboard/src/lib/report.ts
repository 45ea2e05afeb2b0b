// A report: what the server keeps of one (docs/dashboard.md, Reports). It was written by others: whatever does not have
// this form becomes a block that says so, and is written back as it was.
import type { Json, JsonObject } from '../api/types';

export interface TextBlock {
  kind: 'markdown';
  text: string;
}
export interface PanelsBlock {
  kind: 'panels';
  title: string;
  // Parameters of a project's charts (docs/dashboard.md, Addresses), and `runs`: these runs alone.
  query: string;
  // Keys or expressions (`=…`), a panel each.
  keys: string[];
}
export interface UnknownBlock {
  kind: 'unknown';
  reason: string;
  raw: Json;
}
export type Block = TextBlock | PanelsBlock | UnknownBlock;

// 'newer': of a later form, not to be written; 'broken': of none.
export type Report = { state: 'read'; blocks: Block[] } | { state: 'newer' | 'broken'; blocks: [] };

const kVersion = 1;
export const kMostBlocks = 200;
export const kMostPanels = 50;
// How long texts and queries are is a matter of the whole (api/documents.ts): what the server keeps is read.
const kLongestTitle = 300;
const kLongestKey = 2000;

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);
const textIn = (value: Json | undefined, longest = Infinity): string | null => (typeof value === 'string' && value.length <= longest ? value : null);

function readKeys(value: Json | undefined): string[] | null {
  if (!Array.isArray(value) || value.length > kMostPanels) return null;
  const keys = value.filter((key): key is string => textIn(key, kLongestKey) !== null && key !== '');
  return keys.length === value.length ? [...new Set(keys)] : null;
}

function readBlock(raw: Json): Block {
  const unknown = (reason: string): UnknownBlock => ({ kind: 'unknown', reason, raw });
  if (!isObject(raw)) return unknown('It is no object.');
  if (raw.kind === 'markdown') {
    const text = textIn(raw.text);
    return text === null ? unknown('A text block without a text.') : { kind: 'markdown', text };
  }
  if (raw.kind === 'panels') {
    const [title, query, keys] = [textIn(raw.title ?? '', kLongestTitle), textIn(raw.query ?? ''), readKeys(raw.keys)];
    if (title === null || query === null || keys === null) return unknown('A block of charts whose title, query or keys cannot be read.');
    return { kind: 'panels', title, query, keys };
  }
  return unknown(`This dashboard knows no block of the kind “${textIn(raw.kind, 60) ?? 'unnamed'}”.`);
}

export function readReport(spec: JsonObject): Report {
  if (typeof spec.version === 'number' && spec.version > kVersion) return { state: 'newer', blocks: [] };
  if (spec.version !== kVersion || !Array.isArray(spec.blocks) || spec.blocks.length > kMostBlocks) return { state: 'broken', blocks: [] };
  return { state: 'read', blocks: spec.blocks.map(readBlock) };
}

const blockSpec = (block: Block): Json => {
  if (block.kind === 'unknown') return block.raw;
  if (block.kind === 'markdown') return { kind: block.kind, text: block.text };
  return { kind: block.kind, title: block.title, query: block.query, keys: block.keys };
};
export const reportSpec = (blocks: readonly Block[]): JsonObject => ({ version: kVersion, blocks: blocks.map(blockSpec) });

// Parameters that mean something in a block of charts: those of runs and lines, not those of the page around them.
const kOfBlock: readonly string[] = ['q', 'where', 'hide', 'pin', 'runs', 'x', 'sm', 'log', 'symlog', 'lx', 'sc', 'clip', 'g', 'band', 'legend', 'by', 'color', 'z', 'zs'];
export function blockQuery(search: string): string {
  const all = new URLSearchParams(search);
  const kept = new URLSearchParams([...all].filter(([name]) => kOfBlock.includes(name) || name.startsWith('z.')));
  kept.sort();
  return kept.toString();
}

// With one more panel: beside those of the last block if that one looks at the same, else in a block of its own.
export function withPanel(blocks: readonly Block[], key: string, query: string): Block[] {
  const last = blocks.at(-1);
  if (last?.kind === 'panels' && last.query === query && last.keys.length < kMostPanels) {
    return [...blocks.slice(0, -1), { ...last, keys: [...new Set([...last.keys, key])] }];
  }
  return [...blocks, { kind: 'panels', title: '', query, keys: [key] }];
}
