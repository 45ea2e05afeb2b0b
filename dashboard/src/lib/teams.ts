// What a team may see, and in words. Pure.
import type { Team } from '../api/teams';
import type { Member } from '../api/access';
import { plural } from './format';

export interface TeamProject {
  project: string;
  role: string;
}

export function projectsOfTeam(members: ReadonlyMap<string, readonly Member[]>, team: string): TeamProject[] {
  return [...members].flatMap(([project, list]) =>
    list.filter((one) => one.kind === 'team' && one.name === team).map((one) => ({ project, role: one.role })));
}

export const unsharedProjects = (members: ReadonlyMap<string, readonly Member[]>, team: string): string[] =>
  [...members].filter(([, list]) => !list.some((one) => one.kind === 'team' && one.name === team)).map(([project]) => project);

const kMostNamed = 3;
// "imdb", "imdb and mnist", "imdb, mnist, a and 4 others"
export function someOf(names: readonly string[]): string {
  if (names.length > kMostNamed + 1) return `${names.slice(0, kMostNamed).join(', ')} and ${names.length - kMostNamed} others`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}

// What goes with a team. `projects`: null if it is not known.
export function lossOf(team: Team, projects: readonly TeamProject[] | null): string {
  const users = team.users.length === 0 ? 'Nobody is in it' : `${plural(team.users.length, 'user')} ${team.users.length === 1 ? 'is' : 'are'} in it`;
  if (projects === null) return `${users}. They lose what is shared with the team, and not with them in other ways.`;
  if (projects.length === 0) return `${users}, and nothing is shared with it.`;
  const lost = `${plural(projects.length, 'project')} shared with it: ${someOf(projects.map((one) => one.project))}.`;
  return team.users.length === 0 ? `${users}. ${lost}` : `${users}. They lose what they may through it alone, in ${lost}`;
}
