import { expect, it } from 'vitest';
import { bytesOf, jsonFilesOf } from '../../src/lib/run_files';
import { makeRun } from './runs';

it('are the objects of a run that have something in them, as JSON that reads back', () => {
  const run = { ...makeRun({ id: 'a' }), config: { lr: 0.1 }, environment: {}, summary: { 'eval/größe': 'NaN' } };
  const files = jsonFilesOf(run);
  expect(files.map((file) => file.name)).toEqual(['config.json', 'summary.json']);
  for (const file of files) expect(JSON.parse(file.text)).toEqual(file.value);
  expect(bytesOf('größe')).toBe(7);
});
