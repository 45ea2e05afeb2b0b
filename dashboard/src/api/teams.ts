// Teams, for server admins: docs/http-api.md, "Access". Each throws ApiError.
import { getJson } from './http';
import { listOf, objectOf, text } from './read';

// What is shared with a team, and in which role.
export interface TeamProject {
  name: string;
  role: string;
}
export interface Team {
  name: string;
  // Both by name.
  users: string[];
  projects: TeamProject[];
}

const kTeams = '/api/v1/teams';

function readProject(value: unknown): TeamProject {
  const o = objectOf(value);
  return { name: text(o.name), role: text(o.role) };
}

export function readTeams(value: unknown): Team[] {
  return listOf(objectOf(value).teams).map((one) => {
    const o = objectOf(one);
    return { name: text(o.name), users: listOf(o.users).map(text), projects: listOf(o.projects).map(readProject) };
  });
}

const teamPath = (team: string): string => `${kTeams}/${encodeURIComponent(team)}`;
export const listTeams = (): Promise<Team[]> => getJson(kTeams, readTeams);
// Each change answers with all teams.
export const makeTeam = (name: string): Promise<Team[]> => getJson(kTeams, readTeams, { body: { name } });
export const deleteTeam = (team: string): Promise<Team[]> => getJson(teamPath(team), readTeams, { method: 'DELETE' });
export const joinTeam = (team: string, user: string): Promise<Team[]> =>
  getJson(`${teamPath(team)}/users`, readTeams, { body: { user } });
export const leaveTeam = (team: string, user: string): Promise<Team[]> =>
  getJson(`${teamPath(team)}/users/${encodeURIComponent(user)}`, readTeams, { method: 'DELETE' });
