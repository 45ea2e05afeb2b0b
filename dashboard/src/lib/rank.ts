// Names that a few typed letters mean, best first: whole name, beginning, beginning of a part, anywhere, letters in order.

export function scoreOf(name: string, typed: string): number {
  const [held, needle] = [name.toLowerCase(), typed.toLowerCase()];
  if (needle === '') return 1;
  if (held === needle) return 5;
  const at = held.indexOf(needle);
  if (at === 0) return 4;
  if (at > 0) return /[\s/_.-]/.test(held[at - 1]!) ? 3 : 2;
  let from = 0;
  for (const letter of needle) {
    from = held.indexOf(letter, from) + 1;
    if (from === 0) return 0;
  }
  return 1;
}

export function rankByName<T>(items: readonly T[], typed: string, name: (item: T) => string): T[] {
  return items.map((item) => ({ item, score: scoreOf(name(item), typed) }))
    .filter((one) => one.score > 0).sort((a, b) => b.score - a.score).map((one) => one.item);
}
