import { expect, it } from 'vitest';
import { rankByName } from '../../src/lib/rank';

it('puts what is meant first', () => {
  const names = ['my-imdb-run', 'xlossx', 'train/loss', 'loss', 'lossless', 'l-o-s-s', 'other'];
  expect(rankByName(names, 'loss', (name) => name)).toEqual(['loss', 'lossless', 'train/loss', 'xlossx', 'l-o-s-s']);
  expect(rankByName(names, '', (name) => name)).toEqual(names);
});
