import { expect, it } from 'vitest';
import { differences, readSavedName, readView, savedView, viewAddress, viewLink, viewSpec } from '../../src/lib/saved_view';

it('keeps the parameters of a page, in order, without what passes', () => {
  const view = savedView('charts', '?z=1~2&sm=0.6&saved=a.1&panel=loss&q=x+y');
  expect(view).toEqual({ page: 'charts', query: 'q=x+y&sm=0.6&z=1%7E2' });
  expect(readView(viewSpec(view))).toEqual(view);
});

it('reads nothing that has another form', () => {
  const good = { version: 1, page: 'runs', query: 'q=a' };
  expect(readView(good)).toEqual({ page: 'runs', query: 'q=a' });
  for (const bad of [{}, { ...good, version: 2 }, { ...good, version: '1' }, { ...good, page: 'settings' }, { ...good, page: '__proto__' }, { ...good, query: null },
    { ...good, query: ['q'] }]) expect(readView(bad)).toBeNull();
  const long = `q=${'x'.repeat(250_000)}`;
  expect(readView({ ...good, query: long })?.query).toBe(long);
  // A view cannot name another one, nor send elsewhere.
  expect(readView({ ...good, query: 'saved=other&q=a' })).toEqual({ page: 'runs', query: 'q=a' });
  expect(viewAddress('p', readView({ ...good, query: '//evil.example/?x=1#y' })!, 'a', 1)).toMatch(/^\/p\/p\/runs\?/);
});

it('tells what differs, in words', () => {
  const saved = savedView('charts', '?sm=0.6&q=a&z=1~2&constructor=1');
  expect(differences(saved, savedView('charts', '?q=a&constructor=1&sm=0.6&z=1~2'))).toEqual([]);
  expect(differences(saved, savedView('charts', '?q=b&sm=0.6&z.loss=1~2'))).toEqual(['constructor', 'filter', 'zoom']);
  expect(differences(saved, savedView('runs', '?sm=0.6&q=a&z=1~2&constructor=1'))).toEqual(['page']);
});

it('reads which view is opened, and writes its addresses', () => {
  expect(readSavedName('0f-a')).toEqual({ id: '0f-a', revision: null });
  expect(readSavedName('0f-a.12')).toEqual({ id: '0f-a', revision: 12 });
  for (const bad of [null, '', '../x', 'a.b', 'a.', 'a/b', 'x'.repeat(65)]) expect(readSavedName(bad)).toBeNull();
  expect(viewLink('a/b', 'id')).toBe('/p/a%2Fb?saved=id');
  expect(viewAddress('v1.2', { page: 'charts', query: 'q=a' }, 'id', 3)).toBe('/p/v1.2/charts?q=a&saved=id.3');
  expect(viewAddress('p', { page: 'compare', query: '' }, 'id', 3)).toBe('/p/p/compare?saved=id.3');
});
