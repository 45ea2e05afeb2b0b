// What the reader may do in a project: asked of the server once for each, of those who are not known to be its admin.
import { createEffect, createSignal, type Accessor } from 'solid-js';
import { getOwnRole, type Role } from '../api/access';
import { isOpen, user } from './session';

const [roles, setRoles] = createSignal<ReadonlyMap<string, Role>>(new Map());
const asked = new Set<string>();

function ask(project: string): void {
  const key = `${user()!.name}\n${project}`;
  if (asked.has(key)) return;
  asked.add(key);
  // Without an answer nothing is offered; the page itself says what is wrong with the server.
  getOwnRole(project).then((role) => setRoles((held) => new Map(held).set(key, role)), () => asked.delete(key));
}

export interface ProjectRole {
  // Runs can be changed and deleted. False as well until it is known.
  mayWrite: Accessor<boolean>;
  // Shares the project.
  mayShare: Accessor<boolean>;
  // Known to be a viewer: why nothing is offered.
  isViewer: Accessor<boolean>;
}

export const kViewerReason = 'You may look at this project, not change it: the role “writer” can. An admin of the project gives it, under Settings, Sharing.';

export function createRole(project: Accessor<string | null>): ProjectRole {
  createEffect(() => {
    const name = project();
    if (name !== null && !isOpen() && user()?.serverAdmin === false) ask(name);
  });
  const role = (): Role | null => {
    if (isOpen() || user()?.serverAdmin === true) return 'admin';
    const one = user();
    return one === null ? null : (roles().get(`${one.name}\n${project() ?? ''}`) ?? null);
  };
  return { mayWrite: () => role() === 'writer' || role() === 'admin', mayShare: () => role() === 'admin', isViewer: () => role() === 'viewer' };
}
