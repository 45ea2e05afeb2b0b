import { expect, it } from 'vitest';
import { kDefaultServer, makeSnippets } from '../../src/pages/first_run/snippets';

it('names another server than the default in every way to log', () => {
  for (const snippet of makeSnippets('http://lab:9000')) expect(snippet.code).toContain('http://lab:9000');
  for (const snippet of makeSnippets(kDefaultServer)) expect(snippet.code).not.toContain('http://');
});

it('has the training command of the quickstart', () => {
  expect(makeSnippets(kDefaultServer)[0]?.code).toBe('trainer --model google-bert/bert-base-uncased --project imdb');
});
