import { expect, it } from 'vitest';
import { makeRunFilter } from '../../src/lib/run_filter';
import { makeRun } from './runs';

const runs = [
  makeRun({ id: '1', name: 'amber otter', state: 'running', tags: ['baseline'], config: { model: 'bert', opt: { lr: 5e-5 } } }),
  makeRun({ id: '2', name: 'calm maple', state: 'crashed', group: 'seeds', notes: 'odd baseline' }),
];
const found = (query: string) => runs.filter(makeRunFilter(query)).map((run) => run.id).join('');

it.each([
  ['', '12'], ['amber', '1'], ['AMBER otter', '1'], ['amber maple', ''], ['baseline', '12'], ['tag:baseline', '1'], ['state:crash', '2'],
  ['group:seeds name:calm', '2'], ['"amber otter"', '1'], ['name:"calm maple"', '2'], ['model:bert', '1'], ['bert', '1'], ['"unclosed', ''],
])('%s finds %s', (query, ids) => expect(found(query)).toBe(ids));
