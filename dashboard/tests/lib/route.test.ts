import { expect, it } from 'vitest';
import { artifactPath, artifactsPath, changeQuery, comparePath, parsePath, projectPath, reportPath, reportsPath, runPath, runsPath, settingsPath, versionPath } from '../../src/lib/route';

it('reads what it writes, whatever the names', () => {
  for (const project of ['imdb', 'a/b c', 'v1.2', 'ünï', '100%', '?#&']) {
    expect(parsePath(projectPath(project))).toEqual({ page: 'workspace', project });
    expect(parsePath(runsPath(project))).toEqual({ page: 'runs', project });
    expect(parsePath(comparePath(project))).toEqual({ page: 'compare', project });
    expect(parsePath(reportsPath(project))).toEqual({ page: 'reports', project });
    expect(parsePath(reportPath(project, 'a-1'))).toEqual({ page: 'report', project, id: 'a-1' });
    expect(parsePath(artifactsPath(project))).toEqual({ page: 'artifacts', project });
    for (const name of ['net', 'v1.2', 'versions']) {
      expect(parsePath(artifactPath(project, name))).toEqual({ page: 'artifact', project, name });
      expect(parsePath(versionPath(project, name, 'v3'))).toEqual({ page: 'artifact-version', project, name, version: 'v3', tab: 'files' });
      expect(parsePath(versionPath(project, name, 'best.1', 'lineage'))).toEqual({ page: 'artifact-version', project, name, version: 'best.1', tab: 'lineage' });
    }
  }
  expect(parsePath(runPath('abc'))).toEqual({ page: 'run', id: 'abc', tab: 'charts' });
  for (const tab of ['logs', 'files'] as const) expect(parsePath(runPath('abc', tab))).toEqual({ page: 'run', id: 'abc', tab });
});

it('ends in no name with a dot, so that no server takes a project for a file', () => {
  expect(projectPath('v1.2').split('/').at(-1)).not.toContain('.');
  expect(projectPath('imdb')).toBe('/p/imdb');
  for (const path of [artifactPath('p', 'net.1'), versionPath('p', 'net', 'best.1')]) expect(path.split('/').at(-1)).not.toContain('.');
});

it('knows what it does not know', () => {
  for (const path of ['/x', '/p', '/p/a/b', '/runs', '/runs/a/b', '/p/a/artifacts/net/v3', '/p/a/artifacts/net/v3/other', '/p/a/reports/x/y', '/p/%E0%A4%A']) expect(parsePath(path).page).toBe('unknown');
  expect(parsePath('/').page).toBe('projects');
  for (const tab of ['keys', 'sharing', 'users', 'teams', 'audit'] as const) expect(parsePath(settingsPath(tab))).toEqual({ page: 'settings', tab });
  for (const path of ['/settings/other', '/settings/teams/a']) expect(parsePath(path).page).toBe('unknown');
  for (const page of ['start', 'first-start']) expect(parsePath(`/${page}`)).toEqual({ page });
});

it('changes only what it is told, in a fixed order', () => {
  expect(changeQuery('?z=1&a=2', { m: 'x y', a: null })).toBe('?m=x+y&z=1');
  expect(changeQuery('?a=2', { a: '' })).toBe('');
});
