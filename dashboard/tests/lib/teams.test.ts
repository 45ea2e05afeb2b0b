import { expect, it } from 'vitest';
import type { Member } from '../../src/api/access';
import { readAuditPage } from '../../src/api/audit';
import { readTeams } from '../../src/api/teams';
import { lossOf, projectsOfTeam, someOf, unsharedProjects } from '../../src/lib/teams';

const members = new Map<string, readonly Member[]>([
  ['imdb', [{ kind: 'user', name: 'vision', role: 'admin' }, { kind: 'team', name: 'vision', role: 'writer' }]],
  ['mnist', [{ kind: 'user', name: 'vision', role: 'admin' }]],
  ['empty', []],
]);

it('tells a team from a user of the same name', () => {
  expect(projectsOfTeam(members, 'vision')).toEqual([{ project: 'imdb', role: 'writer' }]);
  expect(unsharedProjects(members, 'vision')).toEqual(['mnist', 'empty']);
  expect(projectsOfTeam(members, 'speech')).toEqual([]);
});

it('names some of many', () => {
  expect(someOf([])).toBe('');
  expect(someOf(['a'])).toBe('a');
  expect(someOf(['a', 'b'])).toBe('a and b');
  expect(someOf(['a', 'b', 'c', 'd'])).toBe('a, b, c and d');
  expect(someOf(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 others');
});

it('says what goes with a team', () => {
  const team = { name: 'vision', users: ['ada', 'bob'] };
  expect(lossOf(team, null)).toContain('2 users are in it. They lose');
  expect(lossOf(team, [])).toBe('2 users are in it, and nothing is shared with it.');
  expect(lossOf(team, [{ project: 'imdb', role: 'viewer' }])).toBe('2 users are in it. They lose what they may through it alone, in 1 project shared with it: imdb.');
  expect(lossOf({ name: 'vision', users: [] }, [{ project: 'imdb', role: 'viewer' }])).toBe('Nobody is in it. 1 project shared with it: imdb.');
});

it('reads what the server says, and takes what is odd for nothing', () => {
  expect(readTeams({ teams: [{ name: 'a', users: ['x', 1] }, { name: 'b' }] })).toEqual([{ name: 'a', users: ['x', ''] }, { name: 'b', users: [] }]);
  expect(() => readTeams([])).toThrow(TypeError);
  expect(readAuditPage({ entries: [{ no: 3, at_us: 4, actor: 'a', request_id: 'r', detail: 5 }], next_before: 3 })).toEqual({
    entries: [{ no: 3, atUs: 4, actor: 'a', key: '', address: '', requestId: 'r', action: '', target: '', detail: '' }], nextBefore: 3,
  });
  expect(readAuditPage({}).nextBefore).toBeNull();
});
