// The list of projects, read again every few seconds while the page is looked at: the live connection tells of runs
// only within a project.
import { createSignal, onCleanup, type Accessor } from 'solid-js';
import { listProjects } from '../api/client';
import { isAbort, messageOf } from '../api/http';
import type { Project } from '../api/types';

export interface Projects {
  projects: Accessor<Project[] | null>;
  error: Accessor<string | null>;
  retry: () => void;
}

const kEveryMs = 4000;

export function createProjects(): Projects {
  const [projects, setProjects] = createSignal<Project[] | null>(null, {
    equals: (a, b) => JSON.stringify(a) === JSON.stringify(b),
  });
  const [error, setError] = createSignal<string | null>(null);
  const abort = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    clearTimeout(timer);
    if (!document.hidden) {
      try {
        setProjects(await listProjects(abort.signal));
        setError(null);
      } catch (failure) {
        if (isAbort(failure)) return;
        setError(messageOf(failure));
      }
    }
    timer = setTimeout(() => void load(), kEveryMs);
  }
  const wake = (): void => {
    if (!document.hidden) void load();
  };

  document.addEventListener('visibilitychange', wake);
  onCleanup(() => {
    clearTimeout(timer);
    abort.abort();
    document.removeEventListener('visibilitychange', wake);
  });
  void load();
  return { projects, error, retry: () => void load() };
}
