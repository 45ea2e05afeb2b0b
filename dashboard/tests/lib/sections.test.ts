import { expect, it } from 'vitest';
import type { KeyInfo } from '../../src/api/types';
import { makeSections, mergeKeys, panelTitle } from '../../src/lib/sections';

const key = (name: string, changes: Partial<KeyInfo> = {}): KeyInfo => ({ key: name, kind: 'history', count: 1, hidden: false, goal: 'none', stepMetric: null, ...changes });

it('groups by prefix: training, evaluation, others, machine', () => {
  const keys = ['system/cpu', 'zeta/x', 'loss', 'eval/loss', 'train/epoch', 'train/zz', 'train/loss'].map((name) =>
    key(name, name.startsWith('system') ? { kind: 'system' } : {}));
  expect(makeSections(keys)).toEqual([
    { name: 'train', keys: ['train/loss', 'train/zz', 'train/epoch'] }, { name: 'eval', keys: ['eval/loss'] },
    { name: 'metrics', keys: ['loss'] }, { name: 'zeta', keys: ['zeta/x'] }, { name: 'system', keys: ['system/cpu'] },
  ]);
});

it('leaves hidden keys out, unless a run shows them', () => {
  const merged = mergeKeys([[key('a', { hidden: true }), key('b', { hidden: true })], [key('a')]]);
  expect(makeSections(merged.values())).toEqual([{ name: 'metrics', keys: ['a'] }]);
});

it('does not repeat the heading', () => {
  expect([panelTitle('train/loss', 'train'), panelTitle('loss', 'metrics'), panelTitle('gpu.0', 'system')]).toEqual(['loss', 'loss', 'gpu.0']);
});
