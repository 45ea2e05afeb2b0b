// Panels: one for each key, in sections by the first part of its name.
import type { KeyInfo } from '../api/types';

export interface Section {
  name: string;
  keys: string[];
}

const kOrder = ['train', 'eval', 'val', 'test'];
export const kSystemSection = 'system';
// Keys without a prefix.
export const kPlainSection = 'metrics';

export function sectionOf(key: KeyInfo): string {
  if (key.kind === 'system') return kSystemSection;
  const slash = key.key.indexOf('/');
  return slash > 0 ? key.key.slice(0, slash) : kPlainSection;
}

// A key inside its section: the prefix is said by the heading.
export function panelTitle(key: string, section: string): string {
  return key.startsWith(`${section}/`) && key.length > section.length + 1 ? key.slice(section.length + 1) : key;
}

function rank(section: string): number {
  if (section === kSystemSection) return 1000;
  const at = kOrder.indexOf(section);
  return at < 0 ? kOrder.length : at;
}

// Bookkeeping that is rarely looked at comes after the metrics themselves.
const kFirst = /(^|\/)(loss|accuracy|f1|learning_rate|grad_norm)$/;
const kLast = /(^|\/)(epoch|global_step|step|train_loss)$|runtime|_per_second$/;
const keyRank = (key: string): number => (kFirst.test(key) ? 0 : kLast.test(key) ? 2 : 1);
const kFirstOrder = ['loss', 'accuracy', 'f1', 'learning_rate', 'grad_norm'];
const firstRank = (key: string): number => kFirstOrder.indexOf(key.slice(key.lastIndexOf('/') + 1));

export function makeSections(keys: Iterable<KeyInfo>): Section[] {
  const sections = new Map<string, string[]>();
  for (const key of keys) {
    if (key.hidden) continue;
    const name = sectionOf(key);
    const held = sections.get(name);
    if (held) held.push(key.key);
    else sections.set(name, [key.key]);
  }
  return [...sections]
    .map(([name, held]) => ({
      name,
      keys: held.sort((a, b) => {
        const byRank = keyRank(a) - keyRank(b);
        if (byRank !== 0) return byRank;
        return (keyRank(a) === 0 ? firstRank(a) - firstRank(b) : 0) || a.localeCompare(b, undefined, { numeric: true });
      }),
    }))
    .sort((a, b) => rank(a.name) - rank(b.name) || a.name.localeCompare(b.name));
}

// Union over runs: a key is hidden only if every run that has it says so.
export function mergeKeys(lists: Iterable<readonly KeyInfo[]>): Map<string, KeyInfo> {
  const merged = new Map<string, KeyInfo>();
  for (const list of lists) {
    for (const key of list) {
      const held = merged.get(key.key);
      merged.set(key.key, held ? {
        ...held, hidden: held.hidden && key.hidden, count: held.count + key.count, stepMetric: held.stepMetric ?? key.stepMetric,
        goal: held.goal === 'none' ? key.goal : held.goal,
      } : key);
    }
  }
  return merged;
}
