// The same request for many runs, a few at a time.

// A browser opens no more connections to a server.
const kAtOnce = 5;

export interface Outcome<T> {
  done: T[];
  // Of the first that failed; no other is begun after it. null: none failed.
  failure: unknown;
}

export async function forEachOf<T>(items: readonly T[], act: (item: T) => Promise<unknown>): Promise<Outcome<T>> {
  const done: T[] = [];
  let failure: unknown = null;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length && failure === null) {
      const item = items[next++]!;
      try {
        await act(item);
        done.push(item);
      } catch (error) {
        failure = error;
      }
    }
  };
  await Promise.all(Array.from({ length: kAtOnce }, work));
  return { done, failure };
}
