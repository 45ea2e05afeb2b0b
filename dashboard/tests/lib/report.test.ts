import { expect, it } from 'vitest';
import type { Json } from '../../src/api/types';
import { blockQuery, kMostBlocks, kMostPanels, readReport, reportSpec, withPanel, type Block } from '../../src/lib/report';

const read = (...blocks: Json[]): Block[] => readReport({ version: 1, blocks }).blocks;

it('reads what it writes', () => {
  const blocks: Block[] = [
    { kind: 'markdown', text: '# a' }, { kind: 'panels', title: 't', query: 'q=a&sm=0.6', keys: ['loss', '=exp(loss)'] }, { kind: 'unknown', reason: '', raw: { kind: 'later', x: [1] } },
  ];
  const again = readReport(JSON.parse(JSON.stringify(reportSpec(blocks))) as Record<string, Json>);
  expect(again.state).toBe('read');
  expect(again.blocks.slice(0, 2)).toEqual(blocks.slice(0, 2));
  expect(reportSpec(again.blocks)).toEqual(reportSpec(blocks));
});

it('shows what it does not know as such, and gives it back as it was', () => {
  const strange: Json[] = [
    null, 1, 'x', [], {}, { kind: 'later', text: 'a' }, { kind: '__proto__' }, { kind: 'markdown' }, { kind: 'markdown', text: 1 },
    { kind: 'panels' }, { kind: 'panels', keys: 'loss' }, { kind: 'panels', keys: [1] }, { kind: 'panels', keys: [''] }, { kind: 'panels', keys: ['a'], query: 1 },
    { kind: 'panels', keys: ['a'], title: {} }, { kind: 'panels', keys: Array.from({ length: kMostPanels + 1 }, (_, i) => `k${i}`) }, { kind: ['markdown'], text: 'x' },
  ];
  const blocks = read(...strange);
  expect(blocks.map((block) => block.kind)).toEqual(strange.map(() => 'unknown'));
  expect(reportSpec(blocks).blocks).toEqual(strange);
});

it('reads a text and a query as long as the server keeps them', () => {
  const blocks: Json[] = [{ kind: 'markdown', text: 'x'.repeat(250_000) }, { kind: 'panels', title: '', query: `hide=${'x'.repeat(250_000)}`, keys: ['loss'] }];
  expect(reportSpec(read(...blocks)).blocks).toEqual(blocks);
  expect(read(...blocks).map((block) => block.kind)).toEqual(['markdown', 'panels']);
});

it('refuses what is no report, and what is of a later dashboard', () => {
  for (const spec of [{}, { version: 1 }, { version: '1', blocks: [] }, { version: 1, blocks: {} }, { version: 0, blocks: [] }, { blocks: [] }]) expect(readReport(spec).state).toBe('broken');
  expect(readReport({ version: 1, blocks: Array.from({ length: kMostBlocks + 1 }, () => null) }).state).toBe('broken');
  expect(readReport({ version: 2, blocks: 'anything' }).state).toBe('newer');
});

it('takes the parameters of runs and lines into a block', () => {
  expect(blockQuery('?z.tokens=1~2&panel=loss&closed=a&saved=x.1&q=a&cols=b&sm=0.6&ex=a&keys=l&__proto__=1')).toBe('q=a&sm=0.6&z.tokens=1%7E2');
});

it('puts a panel beside others that look at the same', () => {
  const one = withPanel([], 'loss', 'q=a');
  expect(one).toEqual([{ kind: 'panels', title: '', query: 'q=a', keys: ['loss'] }]);
  expect(withPanel(one, 'acc', 'q=a')).toEqual([{ kind: 'panels', title: '', query: 'q=a', keys: ['loss', 'acc'] }]);
  expect(withPanel(one, 'loss', 'q=a')).toEqual(one);
  expect(withPanel(one, 'loss', 'q=b')).toHaveLength(2);
  expect(withPanel([...one, { kind: 'markdown', text: '' }], 'acc', 'q=a')).toHaveLength(3);
});
