// The versions of an artifact, a page at a time, newest first.
import { createEffect, createSignal, on, type Accessor } from 'solid-js';
import { listVersions, type ArtifactVersion } from '../../api/artifacts';

export interface VersionList {
  versions: Accessor<readonly ArtifactVersion[] | null>;
  error: Accessor<unknown>;
  hasMore: Accessor<boolean>;
  more: () => Promise<void>;
  reload: () => Promise<void>;
}

export function createVersionList(project: Accessor<string>, name: Accessor<string>, which: Accessor<'living' | 'deleted'>): VersionList {
  const [versions, setVersions] = createSignal<readonly ArtifactVersion[] | null>(null);
  const [error, setError] = createSignal<unknown>(null);
  const [next, setNext] = createSignal<string | null>(null);
  let question = 0;

  async function read(cursor: string | null): Promise<void> {
    question += 1;
    const mine = question;
    try {
      const page = await listVersions(project(), name(), which(), cursor);
      if (mine !== question) return;
      setVersions((held) => (cursor === null ? page.items : [...(held ?? []), ...page.items]));
      setNext(page.next);
      setError(null);
    } catch (failure) {
      if (mine === question) setError(failure);
    }
  }
  createEffect(on([project, name, which], () => {
    setVersions(null);
    void read(null);
  }));
  return { versions, error, hasMore: () => next() !== null, more: () => read(next()), reload: () => read(null) };
}
