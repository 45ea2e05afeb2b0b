import { expect, it } from 'vitest';
import { complete, completionsFor } from '../../src/lib/query_completion';
import { caretAt } from '../../src/lib/query_text';

const columns = ['name', 'config.learning_rate', 'config.my key', 'summary.eval/f1'];
const facet = { field: 'config.model', runs: 4, values: [{ value: 'tiny', runs: 3 }, { value: '7b x', runs: 1 }], other: 0, min: null, max: null };
const offered = (text: string, values: typeof facet | null = null) => completionsFor(caretAt(text, text.length), columns, values).map((one) => one.text);

it('offers fields where a field is due, what begins so first', () => {
  expect(offered('lear')).toEqual(['config.learning_rate']);
  expect(offered('st')[0]).toBe('state');
  expect(offered('f1')).toContain('eval/f1.min');
  expect(offered('my')).toEqual(['config.`my key`']);
});

it('offers operators, values with their quotes, and what joins', () => {
  expect(offered('config.model ')[0]).toBe('=');
  expect(offered('config.model = ', facet)).toEqual(['tiny', '"7b x"']);
  expect(offered('config.model = t', facet)).toEqual(['tiny']);
  expect(offered('state:fi')).toEqual(['finished']);
  expect(offered('a = 1 ')).toEqual(['and', 'or']);
});

it('puts what was chosen in the place of what was typed', () => {
  const text = 'conf = 1';
  expect(complete(text, caretAt(text, 4), 'config.learning_rate')).toEqual({ text: 'config.learning_rate = 1', caret: 20 });
  expect(complete('a ', caretAt('a ', 2), 'in [')).toEqual({ text: 'a in [', caret: 6 });
});
