// What a line is called: a template with fields of the run in it. `${name}`, `${config.lr}`, `${summary.eval/f1}`, and the
// form that other trackers have: `${run:displayName} - ${config:lr}`. A field that a run lacks is a dash.
import type { Run } from '../api/types';
import { cellValue } from './columns';
import { formatJson } from './format';

const kAliases: Readonly<Record<string, string>> = {
  'run:displayName': 'name', 'run:name': 'name', 'run:id': 'id', 'run:group': 'group', 'run:state': 'state', 'run:tags': 'tags',
};

const fieldOf = (text: string): string => kAliases[text] ?? text.replace(/^(config|summary):/, '$1.');

export const nameOf = (run: Run): string => (run.name === '' ? run.id.slice(0, 8) : run.name);

export function legendText(template: string, run: Run): string {
  if (template.trim() === '') return nameOf(run);
  const text = template.replace(/\$\{([^}]*)\}/g, (_whole, field: string) => {
    const name = fieldOf(field.trim());
    return name === 'name' ? nameOf(run) : formatJson(cellValue(run, name) ?? null);
  });
  return text.trim() === '' ? nameOf(run) : text;
}
