// Which media stand at a step. A slider stands on one of the steps that are there; without a choice on the last.

// All steps of several sorted or unsorted lists, each once, rising.
export function stepsOf(lists: Iterable<Iterable<{ step: number }>>): number[] {
  const steps = new Set<number>();
  for (const list of lists) for (const one of list) steps.add(one.step);
  return [...steps].sort((a, b) => a - b);
}

// Where in rising `steps` the choice stands: the last step that is not behind it, else the first one. -1 if there are none.
export function indexAt(steps: readonly number[], chosen: number | null): number {
  if (chosen === null || steps.length === 0) return steps.length - 1;
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! <= chosen) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

// What a run shows at `step`: all that it logged at its last step up to there; nothing where it had not begun.
export function entriesAt<Entry extends { step: number }>(entries: readonly Entry[], step: number): Entry[] {
  const own = entries.reduce((last, one) => (one.step <= step && one.step > last ? one.step : last), -Infinity);
  return entries.filter((one) => one.step === own);
}
