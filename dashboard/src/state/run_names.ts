// Names of runs that only their ids are known of, asked of the server some at a time.
import { createEffect, createSignal, type Accessor } from 'solid-js';
import { searchRuns } from '../api/client';

const kAtOnce = 100;

// A run that is not in the project any more has no name.
export function createRunNames(project: Accessor<string>, ids: Accessor<readonly (string | null)[]>): (id: string) => string | null {
  const [names, setNames] = createSignal<ReadonlyMap<string, string>>(new Map());
  const asked = new Set<string>();
  createEffect(() => {
    const fresh = [...new Set(ids())].filter((id): id is string => id !== null && !asked.has(id));
    for (let i = 0; i < fresh.length; i += kAtOnce) void ask(project(), fresh.slice(i, i + kAtOnce));
  });
  async function ask(from: string, some: readonly string[]): Promise<void> {
    for (const id of some) asked.add(id);
    const runs = await searchRuns(from, `id in [${some.map((id) => `"${id}"`).join(', ')}]`, some.length).catch(() => []);
    setNames((held) => new Map([...held, ...runs.map((run) => [run.id, run.name] as const)]));
  }
  return (id) => names().get(id) ?? null;
}
