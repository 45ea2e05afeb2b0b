// The text of a run query (docs/query-language.md) as an editor sees it: its words, its clauses, what may stand at the
// caret. The server alone says whether a text is of the language; here a text that is not yet whole must do.
import type { ColumnId } from './columns';

export interface Word {
  text: string;
  from: number;
  to: number;
  kind: 'text' | 'field' | 'word' | 'operator' | 'bracket' | 'regex';
}

const kWord = /"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?|(?:`(?:``|[^`])*`?|[^\s"'`()[\],:=!<>~])+|[<>!=]=|!~|[=<>~:]|[()[\],]|\S/gu;
const kOperators: readonly string[] = ['=', '==', '!=', '<', '<=', '>', '>=', '~', '!~', ':'];

function kindOf(text: string): Word['kind'] {
  if (/^["']/.test(text)) return 'text';
  if (kOperators.includes(text)) return 'operator';
  if (/^[()[\],]$/.test(text)) return 'bracket';
  return text.startsWith('`') ? 'field' : 'word';
}

export function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  kWord.lastIndex = 0;
  for (let match = kWord.exec(text); match; match = kWord.exec(text)) {
    const before = words.at(-1);
    let found = match[0];
    let kind = kindOf(found);
    if (found.startsWith('/') && before?.kind === 'operator' && before.text.endsWith('~')) {
      // A pattern goes on to its slash, whatever is in it.
      found = /^\/(?:\\.|[^/\\])*\/?i?/u.exec(text.slice(match.index))?.[0] ?? found;
      kind = 'regex';
      kWord.lastIndex = match.index + found.length;
    }
    words.push({ text: found, from: match.index, to: match.index + found.length, kind });
  }
  return words;
}

const isWord = (word: Word | undefined, ...names: string[]): boolean => word?.kind === 'word' && names.includes(word.text.toLowerCase());

export interface Clause {
  text: string;
  from: number;
  to: number;
}

// The parts that "and" joins outside of any bracket. One for the whole text where an "or" stands beside them.
export function clausesOf(text: string): Clause[] {
  const words = wordsOf(text);
  const clauses: Clause[] = [];
  let depth = 0;
  let first = 0;
  const close = (end: number): void => {
    if (end <= first) return;
    const [from, to] = [words[first]!.from, words[end - 1]!.to];
    clauses.push({ text: text.slice(from, to), from, to });
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word.kind === 'bracket') depth += word.text === '(' || word.text === '[' ? 1 : word.text === ',' ? 0 : -1;
    if (depth > 0) continue;
    if (isWord(word, 'or')) return [{ text: text.trim(), from: 0, to: text.length }];
    if (!isWord(word, 'and')) continue;
    close(i);
    first = i + 1;
  }
  close(words.length);
  return clauses;
}

export const withoutClause = (text: string, index: number): string =>
  clausesOf(text).filter((_, i) => i !== index).map((clause) => clause.text).join(' and ');

export interface Caret {
  expects: 'field' | 'operator' | 'value' | 'joint';
  // What is typed of it, and where that stands.
  typed: string;
  from: number;
  to: number;
  // Whose value or operator.
  field: string | null;
}

export function caretAt(text: string, caret: number): Caret {
  const words = wordsOf(text);
  const at = words.find((word) => word.from < caret && caret <= word.to && (word.kind === 'word' || word.kind === 'field' || word.kind === 'text'));
  const before = words.filter((word) => word.to <= (at?.from ?? caret));
  const found = { typed: at ? text.slice(at.from, caret) : '', from: at?.from ?? caret, to: at?.to ?? caret };
  const [last, second] = [before.at(-1), before.at(-2)];
  const inList = listField(before);
  if (inList !== null) return { ...found, expects: 'value', field: inList };
  if (last?.kind === 'operator') return { ...found, expects: 'value', field: second?.text ?? null };
  if (isWord(last, 'is')) return { ...found, expects: 'value', field: null };
  if (!last || isWord(last, 'and', 'or', 'not') || last.text === '(') return { ...found, expects: 'field', field: null };
  const isValue = second?.kind === 'operator' || isWord(second, 'is') || last.text === ']' || last.text === ')' || (isWord(last, 'set', 'unset') && isWord(second, 'is'));
  if (isValue) return { ...found, expects: 'joint', field: null };
  return { ...found, expects: 'operator', field: last.text };
}

// The field of an unfinished "field in [a, b".
function listField(before: readonly Word[]): string | null {
  for (let i = before.length - 1; i >= 0; i--) {
    const word = before[i]!;
    if (word.text === ']') return null;
    if (word.text !== '[') continue;
    const field = before[i - 1];
    if (!isWord(field, 'in')) return null;
    return (isWord(before[i - 2], 'not') ? before[i - 3] : before[i - 2])?.text ?? null;
  }
  return null;
}

const kBare = /^[\p{L}\p{N}_/\-@%+#$.\u0080-\uffff]+$/u;
const kReserved = /^(and|or|not|in|is|set|unset)$/i;
const quoted = (name: string): string => (kBare.test(name) && !kReserved.test(name) ? name : `\`${name.replaceAll('`', '``')}\``);

// A column of the table as a field of the language.
export function fieldText(column: ColumnId): string {
  if (column === 'tags') return 'tag';
  const match = /^(config|summary)\.(.*)$/s.exec(column);
  return match ? `${match[1]!}.${quoted(match[2]!)}` : quoted(column);
}

// A value as the language reads it back: numbers bare, texts quoted unless they are plain words.
export function valueText(value: string | number): string {
  if (typeof value === 'number') return String(value);
  return /^[\p{L}_][\p{L}\p{N}_.-]*$/u.test(value) && !kReserved.test(value) ? value : JSON.stringify(value);
}
