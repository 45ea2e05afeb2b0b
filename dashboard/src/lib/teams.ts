// What a team may see, and in words. Pure.
import type { Member } from '../api/access';
import type { Team } from '../api/teams';
import { plural } from './format';

// Those that could be shared with it.
export const unsharedProjects = (all: readonly string[], team: Team): string[] =>
  all.filter((name) => !team.projects.some((one) => one.name === name));

// Once `members` are all with whom the project is shared. Teams that it makes no difference to stay the same objects.
export function withMembers(teams: readonly Team[], project: string, members: readonly Member[]): Team[] {
  return teams.map((team) => {
    const role = members.find((one) => one.kind === 'team' && one.name === team.name)?.role;
    if (team.projects.find((one) => one.name === project)?.role === role) return team;
    const others = team.projects.filter((one) => one.name !== project);
    const projects = role === undefined ? others : [...others, { name: project, role }].sort((a, b) => a.name.localeCompare(b.name));
    return { ...team, projects };
  });
}

const kMostNamed = 3;
// "imdb", "imdb and mnist", "imdb, mnist, a and 4 others"
export function someOf(names: readonly string[]): string {
  if (names.length > kMostNamed + 1) return `${names.slice(0, kMostNamed).join(', ')} and ${names.length - kMostNamed} others`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}

// What goes with a team.
export function lossOf({ users: names, projects }: Team): string {
  const users = names.length === 0 ? 'Nobody is in it' : `${plural(names.length, 'user')} ${names.length === 1 ? 'is' : 'are'} in it`;
  if (projects.length === 0) return `${users}, and nothing is shared with it.`;
  const lost = `${plural(projects.length, 'project')} shared with it: ${someOf(projects.map((one) => one.name))}.`;
  return names.length === 0 ? `${users}. ${lost}` : `${users}. They lose what they may through it alone, in ${lost}`;
}
