import { expect, it } from 'vitest';
import type { Member } from '../../src/api/access';
import { readAuditPage } from '../../src/api/audit';
import { readTeams } from '../../src/api/teams';
import { lossOf, someOf, unsharedProjects, withMembers } from '../../src/lib/teams';

const speech = { name: 'speech', users: ['eve'], projects: [] };
const vision = { name: 'vision', users: ['ada', 'bob'], projects: [{ name: 'imdb', role: 'viewer' }] };

it('knows what could be shared with a team', () => {
  expect(unsharedProjects(['empty', 'imdb', 'mnist'], vision)).toEqual(['empty', 'mnist']);
  expect(unsharedProjects(['imdb'], speech)).toEqual(['imdb']);
});

it('a project that is shared changes the teams that it is shared with', () => {
  const asUser: Member = { kind: 'user', name: 'speech', role: 'admin' };
  const asTeam = (role: string): Member => ({ kind: 'team', name: 'vision', role });
  const teams = [speech, vision];
  const given = withMembers(teams, 'early', [asUser, asTeam('writer')]);
  expect(given[1]).toEqual({ ...vision, projects: [{ name: 'early', role: 'writer' }, { name: 'imdb', role: 'viewer' }] });
  expect(given[0], 'a user of the same name is no team').toBe(speech);
  expect(withMembers(teams, 'imdb', [asTeam('admin')])[1]!.projects).toEqual([{ name: 'imdb', role: 'admin' }]);
  expect(withMembers(teams, 'imdb', [asTeam('viewer')])[1]).toBe(vision);
  expect(withMembers(teams, 'imdb', [asUser])[1]!.projects).toEqual([]);
});

it('names some of many', () => {
  expect(someOf([])).toBe('');
  expect(someOf(['a'])).toBe('a');
  expect(someOf(['a', 'b'])).toBe('a and b');
  expect(someOf(['a', 'b', 'c', 'd'])).toBe('a, b, c and d');
  expect(someOf(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 others');
});

it('says what goes with a team', () => {
  expect(lossOf({ ...vision, projects: [] })).toBe('2 users are in it, and nothing is shared with it.');
  expect(lossOf(vision)).toBe('2 users are in it. They lose what they may through it alone, in 1 project shared with it: imdb.');
  expect(lossOf({ ...vision, users: [] })).toBe('Nobody is in it. 1 project shared with it: imdb.');
});

it('reads what the server says, and takes what is odd for nothing', () => {
  expect(readTeams({ teams: [{ name: 'a', users: ['x', 1], projects: [{ name: 'p', role: 'viewer' }, {}] }, { name: 'b' }] })).toEqual([
    { name: 'a', users: ['x', ''], projects: [{ name: 'p', role: 'viewer' }, { name: '', role: '' }] }, { name: 'b', users: [], projects: [] },
  ]);
  expect(() => readTeams([])).toThrow(TypeError);
  expect(readAuditPage({ entries: [{ no: 3, at_us: 4, actor: 'a', request_id: 'r', detail: 5 }], next_before: 3 })).toEqual({
    entries: [{ no: 3, atUs: 4, actor: 'a', key: '', address: '', requestId: 'r', action: '', target: '', detail: '' }], nextBefore: 3,
  });
  expect(readAuditPage({}).nextBefore).toBeNull();
});
