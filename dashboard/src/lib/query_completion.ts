// What may stand at the caret of a run query, from the columns of the table and the values that the server counts.
import type { Facet } from '../api/types';
import type { ColumnId } from './columns';
import { fieldText, valueText, type Caret } from './query_text';

export interface Completion {
  text: string;
  // What it is, or how many runs have it.
  note: string;
}

const kRunFields = ['name', 'state', 'group', 'tag', 'created', 'ended', 'duration', 'job_type', 'notes', 'id'];
const kStatistics = ['min', 'max', 'mean', 'best'];
const kOperators: readonly Completion[] = [
  { text: '=', note: 'equals' }, { text: '!=', note: 'has another value' }, { text: '<', note: 'less' }, { text: '<=', note: '' },
  { text: '>', note: 'greater' }, { text: '>=', note: '' }, { text: '~', note: 'matches /pattern/' }, { text: 'in [', note: 'one of' },
  { text: 'is set', note: 'there is a value' }, { text: 'is unset', note: '' },
];
const kJoints: readonly Completion[] = [{ text: 'and', note: '' }, { text: 'or', note: '' }];
const kMost = 12;

// What begins so stands before what only contains it.
function matching(all: readonly Completion[], typed: string): Completion[] {
  const needle = typed.toLowerCase().replace(/^["'`]/, '');
  const rank = (one: Completion): number => {
    const at = one.text.toLowerCase().indexOf(needle);
    return at < 0 ? -1 : at === 0 ? 0 : 1;
  };
  return all.filter((one) => rank(one) >= 0 && one.text !== typed).sort((a, b) => rank(a) - rank(b)).slice(0, kMost);
}

export function fieldsFor(columns: readonly ColumnId[]): Completion[] {
  const metrics = columns.filter((column) => column.startsWith('summary.')).map((column) => column.slice(8));
  return [
    ...kRunFields.map((text) => ({ text, note: 'run' })),
    ...columns.filter((column) => column.startsWith('config.')).map((column) => ({ text: fieldText(column), note: 'config' })),
    ...columns.filter((column) => column.startsWith('summary.')).map((column) => ({ text: fieldText(column), note: 'summary' })),
    ...metrics.flatMap((name) => kStatistics.map((what) => ({ text: `${fieldText(`summary.${name}`).slice(8)}.${what}`, note: `${what} of the metric` }))),
  ];
}

export function completionsFor(caret: Caret, columns: readonly ColumnId[], facet: Facet | null): Completion[] {
  if (caret.expects === 'field') return matching([...fieldsFor(columns), { text: 'not', note: '' }], caret.typed);
  if (caret.expects === 'operator') return matching(kOperators, caret.typed);
  if (caret.expects === 'joint') return matching(kJoints, caret.typed);
  if (caret.field === 'state') return matching(['running', 'finished', 'failed', 'crashed', 'stopped'].map((text) => ({ text, note: 'state' })), caret.typed);
  if (!facet) return [];
  return matching(facet.values.map((one) => ({ text: valueText(one.value), note: `${one.runs} run${one.runs === 1 ? '' : 's'}` })), caret.typed);
}

// The text with what is typed replaced, and where the caret goes.
export function complete(text: string, caret: Caret, chosen: string): { text: string; caret: number } {
  const space = chosen.endsWith('[') || text.slice(caret.to).startsWith(' ') ? '' : ' ';
  const before = text.slice(0, caret.from) + chosen + space;
  return { text: before + text.slice(caret.to), caret: before.length };
}
