// Parameters of a view that is not the page's own: named as in the address, kept in memory.
import { createSignal } from 'solid-js';
import { changeQuery } from '../lib/route';
import type { ViewParameters } from './location';

export interface HeldParameters extends ViewParameters {
  // As they stand in an address, without the question mark.
  text: () => string;
}

export function createParameters(start: string): HeldParameters {
  const [search, setSearch] = createSignal(new URLSearchParams(start));
  return {
    get: (name) => search().get(name),
    names: () => [...search().keys()],
    set: (changes) => setSearch((held) => new URLSearchParams(changeQuery(held.toString(), changes))),
    text: () => search().toString(),
  };
}
