// The text filter of run lists: words that must all match, in any field of the run. `state:running`, `tag:baseline`,
// `group:seeds` and `name:exp` look at one field. Quotes keep spaces: "my run".
import type { Run } from '../api/types';
import { flatten } from './flatten';
import { formatJson } from './format';

interface Term {
  field: string | null;
  text: string;
}

const kFields: Readonly<Record<string, (run: Run) => string[]>> = {
  state: (run) => [run.state],
  tag: (run) => run.tags,
  group: (run) => [run.group],
  name: (run) => [run.name],
  id: (run) => [run.id],
};

export function parseFilter(query: string): Term[] {
  const terms: Term[] = [];
  for (const match of query.matchAll(/(?:(\w+):)?(?:"([^"]*)"?|(\S+))/g)) {
    const text = (match[2] ?? match[3] ?? '').toLowerCase();
    const field = match[1]?.toLowerCase() ?? null;
    if (field !== null && !(field in kFields)) terms.push({ field: null, text: match[0].toLowerCase() });
    else terms.push({ field, text });
  }
  return terms;
}

function anywhere(run: Run): string[] {
  const config = [...flatten(run.config)].map(([key, value]) => `${key}:${formatJson(value)}`);
  return [run.name, run.id, run.state, run.group, run.jobType, run.notes, ...run.tags, ...config];
}

export function makeRunFilter(query: string): (run: Run) => boolean {
  const terms = parseFilter(query);
  if (terms.length === 0) return () => true;
  return (run) =>
    terms.every((term) => {
      const texts = term.field === null ? anywhere(run) : (kFields[term.field]?.(run) ?? []);
      return texts.some((text) => text.toLowerCase().includes(term.text));
    });
}
