// Teams, for server admins: docs/http-api.md, "Access". Each throws ApiError.
import { getJson } from './http';
import { listOf, objectOf } from './read';

export interface Team {
  name: string;
  // By name.
  users: string[];
}

const kTeams = '/api/v1/teams';
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function readTeams(value: unknown): Team[] {
  return listOf(objectOf(value).teams).map((one) => {
    const o = objectOf(one);
    return { name: text(o.name), users: listOf(o.users).map(text) };
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
