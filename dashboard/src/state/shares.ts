// With whom each project of the server is shared: for a server admin, who sees all of them. The server tells it of one
// project at a time, so this is a request for each, a few at once.
import { createSignal, type Accessor } from 'solid-js';
import { listMembers, share, unshare, type Member } from '../api/access';
import { listProjects } from '../api/client';
import { ApiError } from '../api/http';
import { forEachOf } from './at_once';

export type MembersByProject = ReadonlyMap<string, readonly Member[]>;

export interface Shares {
  // By project, in the order of their names; null until all are read.
  members: Accessor<MembersByProject | null>;
  failure: Accessor<unknown>;
  load: () => Promise<void>;
  // Both throw ApiError.
  share: (project: string, member: Member) => Promise<void>;
  unshare: (project: string, member: Member) => Promise<void>;
}

// One that was deleted meanwhile is shared with nobody.
async function membersOf(project: string): Promise<Member[] | null> {
  try {
    return await listMembers(project);
  } catch (error) {
    if (error instanceof ApiError && error.code === 'not_found') return null;
    throw error;
  }
}

export async function readShares(): Promise<MembersByProject> {
  const names = (await listProjects()).map((project) => project.name).sort((a, b) => a.localeCompare(b));
  const found = new Map<string, Member[] | null>(names.map((name) => [name, null]));
  const { failure } = await forEachOf(names, async (name) => found.set(name, await membersOf(name)));
  if (failure !== null) throw failure instanceof Error ? failure : new Error('the members of a project cannot be read');
  return new Map([...found].filter((one): one is [string, Member[]] => one[1] !== null));
}

export function createShares(): Shares {
  const [members, setMembers] = createSignal<MembersByProject | null>(null);
  const [failure, setFailure] = createSignal<unknown>(null);
  const keep = (project: string, list: readonly Member[]): void => {
    setMembers((held) => held && new Map(held).set(project, list));
  };
  return {
    members, failure,
    load: async () => {
      setFailure(null);
      try {
        setMembers(await readShares());
      } catch (error) {
        setFailure(error);
      }
    },
    share: async (project, member) => keep(project, await share(project, member)),
    unshare: async (project, member) => keep(project, await unshare(project, member)),
  };
}
