// A series store that knows expressions beside keys: `=train/loss - eval/loss` is made here of the exact lines of its
// keys, for all runs. Everything else is the store's below.
import { createMemo, createRoot, getOwner, onCleanup, runWithOwner, untrack, type Accessor } from 'solid-js';
import { combineLines } from '../charts/combine';
import type { LineData } from '../charts/line_data';
import { keysOfExpression, parseExpression, type Expression } from '../lib/expression';
import type { PanelSeries } from './series_entry';
import type { SeriesStore } from './series_store';

const kMark = '=';
export const expressionKey = (text: string): string => kMark + text;
export const isExpression = (key: string): boolean => key.startsWith(kMark);
// What a panel is called.
export const panelName = (key: string): string => (isExpression(key) ? key.slice(kMark.length) : key);

interface Parsed {
  expression: Expression;
  keys: string[];
}

function parse(key: string, known: Iterable<string>): Parsed | string {
  try {
    const expression = parseExpression(panelName(key), known);
    const keys = keysOfExpression(expression);
    return keys.length > 0 ? { expression, keys } : 'the expression names no key';
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure);
  }
}

function combineAll({ expression, keys }: Parsed, panels: readonly PanelSeries[]): PanelSeries {
  const failed = panels.find((panel) => panel.error !== '');
  const lines = new Map<string, LineData>();
  for (const run of panels[0]?.lines.keys() ?? []) {
    const parts = panels.map((panel) => panel.lines.get(run));
    if (parts.some((part) => part === undefined)) continue;
    const line = combineLines(expression, new Map(parts.map((part, i) => [keys[i]!, part!])));
    if (line) lines.set(run, line);
  }
  const isWaiting = panels.some((panel) => panel.status === 'loading');
  return { lines, status: isWaiting ? 'loading' : failed && lines.size === 0 ? 'error' : 'ready', error: failed?.error ?? '' };
}

// `exact`: where the lines of the keys come from.
export function withExpressions(base: SeriesStore, exact: () => SeriesStore, known: Accessor<readonly string[]>): SeriesStore {
  const owner = getOwner();
  const panels = new Map<string, Accessor<PanelSeries>>();
  const parsed = (key: string): Parsed | string => parse(key, known());

  function derived(key: string): Accessor<PanelSeries> {
    let panel = panels.get(key);
    if (!panel) {
      panel = runWithOwner(owner, () => createMemo((): PanelSeries => {
        const found = parsed(key);
        if (typeof found === 'string') return { lines: new Map(), status: 'error', error: found };
        return combineAll(found, found.keys.map((one) => exact().panel(one)()));
      }))!;
      panels.set(key, panel);
    }
    return panel;
  }
  const keysOf = (key: string): string[] => {
    const found = untrack(() => parsed(key));
    return typeof found === 'string' ? [] : found.keys;
  };
  return {
    ...base,
    panel: (key) => (isExpression(key) ? derived(key) : base.panel(key)),
    want: (key, panel) => {
      if (!isExpression(key)) return base.want(key, panel);
      // Which keys an expression means hangs on those that are known.
      return createRoot((dispose) => {
        createMemo(() => {
          const found = parsed(key);
          const keys = typeof found === 'string' ? [] : found.keys;
          onCleanup(untrack(() => {
            const leaves = keys.map((one) => exact().want(one, { ...panel, height: null }));
            return () => leaves.forEach((leave) => leave());
          }));
        });
        return dispose;
      }, owner);
    },
    complete: async (key) => {
      if (!isExpression(key)) return base.complete(key);
      await Promise.all(keysOf(key).map((one) => exact().complete(one)));
    },
    retry: (key) => (isExpression(key) ? keysOf(key).forEach((one) => exact().retry(one)) : base.retry(key)),
  };
}
