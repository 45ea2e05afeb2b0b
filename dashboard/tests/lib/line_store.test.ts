import { expect, it } from 'vitest';
import { LineStore } from '../../src/lib/line_store';

const line = (n: number, timeUs = 0, text = `l${n}`) => ({ line: n, timeUs, text });

it('keeps the later text of a line', () => {
  const store = new LineStore();
  store.put([line(0, 2, '50 %')]);
  store.put([line(0, 1, '10 %'), line(0, 3, '100 %')]);
  expect(store.get(0)?.text).toBe('100 %');
});

it('knows which pages a window lacks', () => {
  const store = new LineStore();
  store.total = 2500;
  expect(store.missingPages(900, 1100)).toEqual([0, 1000]);
  store.put(Array.from({ length: 1000 }, (_, i) => line(i)));
  expect(store.missingPages(900, 1100)).toEqual([1000]);
  expect(store.missingPages(0, 10)).toEqual([]);
  expect(store.missingPages(2490, 9999)).toEqual([2000]);
});

it('grows with lines that come live', () => {
  const store = new LineStore();
  store.put([line(41)]);
  expect(store.total).toBe(42);
});
