import { expect, it } from 'vitest';
import { formatHidden, hideAllBut, hideThese, isHiddenBy, kMostNamed, parseHidden, shortId, withRuns } from '../../src/lib/hidden_runs';
import { changeQuery } from '../../src/lib/route';

const idsOf = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `${(from + i).toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`);
const address = (text: string): string => changeQuery('', { hide: text });

it('reads what it writes', () => {
  for (const text of ['', '0000000a', '0000000a,0000000b', '*', '*-0000000a', '*-0000000a-0000000b']) expect(formatHidden(parseHidden(text))).toBe(text);
  expect(formatHidden(parseHidden(null))).toBe('');
  // Of what others wrote: none of it names a run.
  for (const text of [',', '-', '<b>']) expect(isHiddenBy(parseHidden(text), idsOf(1)[0]!)).toBe(false);
  for (const text of ['*--', '*-<b>']) expect(isHiddenBy(parseHidden(text), idsOf(1)[0]!)).toBe(true);
});

it('hides and shows runs in the form that is there', () => {
  const [a, b, later] = idsOf(3) as [string, string, string];
  const named = withRuns(parseHidden(null), [a], 'hide');
  expect([a, b, later].map((id) => isHiddenBy(named, id))).toEqual([true, false, false]);
  expect(formatHidden(withRuns(named, [a, b], 'show'))).toBe('');
  const rest = parseHidden(`*-${shortId(a)}`);
  expect([a, b, later].map((id) => isHiddenBy(rest, id))).toEqual([false, true, true]);
  expect(formatHidden(withRuns(withRuns(rest, [b], 'show'), [a], 'hide'))).toBe(`*-${shortId(b)}`);
});

it('names few runs as they are, and of many the fewer', () => {
  const all = idsOf(5000);
  expect(hideThese(all.slice(0, kMostNamed), all)).toEqual(parseHidden(all.slice(0, kMostNamed).map(shortId).join(',')));
  const only = hideThese(all.slice(1), all);
  expect(formatHidden(only)).toBe(`*-${shortId(all[0]!)}`);
  expect(formatHidden(hideThese(all, all))).toBe('*');
  const half = hideThese(all.slice(0, 2000), all);
  expect(all.filter((id) => isHiddenBy(half, id))).toEqual(all.slice(0, 2000));
});

it('opens runs that were chosen of many with a short address, however many there are', () => {
  for (const total of [300, 1000, 10_000]) {
    const all = idsOf(total);
    const chosen = all.slice(0, 200);
    const hidden = hideAllBut(chosen, all);
    expect(all.filter((id) => !isHiddenBy(hidden, id))).toEqual(chosen);
    expect(address(formatHidden(hidden)).length).toBeLessThan(2000);
  }
  // A thousand of a thousand and ten: the ten are named.
  const all = idsOf(1010);
  const hidden = hideAllBut(all.slice(0, 1000), all);
  expect(all.filter((id) => !isHiddenBy(hidden, id))).toEqual(all.slice(0, 1000));
  expect(address(formatHidden(hidden)).length).toBeLessThan(200);
  // The most that groups are made of, of as many others: still below what the server takes as a request's head.
  const many = idsOf(9000);
  expect(address(formatHidden(hideAllBut(many.slice(0, 1000), many))).length).toBeLessThan(9500);
  expect(formatHidden(hideAllBut([], many))).toBe('*');
});

it('does not show runs that come later than those that were chosen', () => {
  expect(isHiddenBy(hideAllBut(idsOf(50), idsOf(60)), idsOf(1, 900)[0]!)).toBe(true);
});
