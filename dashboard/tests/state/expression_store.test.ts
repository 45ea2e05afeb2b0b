import { createRoot, createSignal } from 'solid-js';
import { expect, it } from 'vitest';
import { lineFromRaw } from '../../src/charts/line_data';
import { expressionKey, withExpressions } from '../../src/state/expression_store';
import type { PanelSeries } from '../../src/state/series_entry';
import type { SeriesStore } from '../../src/state/series_store';

// A store whose panels the test fills itself.
function fakeStore() {
  const panels = new Map<string, ReturnType<typeof createSignal<PanelSeries>>>();
  const wanted: string[] = [];
  const panel = (key: string) => {
    const held = panels.get(key) ?? createSignal<PanelSeries>({ lines: new Map(), status: 'loading', error: '' });
    panels.set(key, held);
    return held;
  };
  const store: SeriesStore = {
    x: () => 'step', range: () => null, panel: (key) => panel(key)[0],
    want: (key) => {
      wanted.push(key);
      return () => wanted.splice(wanted.indexOf(key), 1);
    },
    complete: () => Promise.resolve(), append: () => undefined, refresh: () => undefined, retry: () => undefined,
  };
  const fill = (key: string, run: string, value: number) => panel(key)[1]((was) => ({
    lines: new Map([...was.lines, [run, lineFromRaw(Float64Array.of(0, 1), Float64Array.of(value, value + 1), 2)]]), status: 'ready', error: '',
  }));
  return { store, wanted, fill };
}

function make(names: string[]) {
  return createRoot((dispose) => {
    const [known, setKnown] = createSignal(names);
    const [picture, exact] = [fakeStore(), fakeStore()];
    return { store: withExpressions(picture.store, () => exact.store, known), picture, exact, setKnown, dispose };
  });
}
const form = { width: 400, height: 186 };

it('wants the keys of an expression exactly, and draws runs that have all of them', () => {
  const { store, picture, exact, dispose } = make(['a', 'b']);
  const key = expressionKey('a * b');
  const leave = store.want(key, form);
  expect([picture.wanted, exact.wanted]).toEqual([[], ['a', 'b']]);
  expect(store.panel(key)().status).toBe('loading');
  exact.fill('a', 'r1', 2);
  exact.fill('a', 'r2', 3);
  exact.fill('b', 'r1', 10);
  const { lines, status } = store.panel(key)();
  expect([status, [...lines.keys()], [...lines.get('r1')!.mid]]).toEqual(['ready', ['r1'], [20, 33]]);
  leave();
  expect(exact.wanted).toEqual([]);
  dispose();
});

it('leaves keys to the store below', () => {
  const { store, picture, exact, dispose } = make(['a']);
  store.want('a', form);
  expect([picture.wanted, exact.wanted]).toEqual([['a'], []]);
  expect(store.panel('a')).toBe(picture.store.panel('a'));
  dispose();
});

it('says what cannot be read, and reads it when the key appears', () => {
  const { store, exact, setKnown, dispose } = make(['a']);
  const key = expressionKey('a + new');
  store.want(key, form);
  expect(store.panel(key)()).toMatchObject({ status: 'error', error: 'no key, number or function that is known' });
  setKnown(['a', 'new']);
  expect(exact.wanted).toEqual(['a', 'new']);
  expect(store.panel(key)().status).toBe('loading');
  dispose();
});
