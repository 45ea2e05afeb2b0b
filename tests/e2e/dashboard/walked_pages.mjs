// The pages that every_page.mjs walks, full, empty, refused: { where, path, ready, act?, answers?, told? }. `ready` is a
// selector of what must stand there, `act` what is done before the page is looked at, `answers` what is said in the
// server's place (by path of the API), `told` what the browser itself tells the console of: the refusal that the page shows.

const kNobody = '00000000-0000-4000-8000-000000000000';
const kDayUs = 86_400e6;

const session = (name, isAdmin) => ({ '/api/v1/session': { user: { name, server_admin: isAdmin }, csrf_token: null, key: null, open: false } });
const kAdmin = session('ada', true);
const kMembers = [{ kind: 'user', name: 'ada', role: 'admin' }, { kind: 'user', name: 'eve', role: 'viewer' }, { kind: 'team', name: 'vision', role: 'writer' }];
// Somebody who may look at every project and is no server admin.
const kViewer = { ...session('eve', false), '/api/v1/members': { members: kMembers, role: 'viewer' } };
const userNamed = (name, more = {}) => ({ name, server_admin: false, disabled: false, created_us: 1.7e15, last_login_us: null, ...more });
const kUsers = { users: [userNamed('ada', { server_admin: true, last_login_us: 1.7e15 + kDayUs }), userNamed('eve'), userNamed('old.account', { disabled: true })] };
const kTeams = { '/api/v1/users': kUsers, '/api/v1/teams': { teams: [{ name: 'audio', users: [], projects: [] }, { name: 'vision', users: ['eve', 'old.account'], projects: [{ name: 'imdb', role: 'writer' }] }] } };
const keyNamed = (id, name, more = {}) => ({
  id, user: 'ada', name, role: 'writer', project: null, created_us: 1.7e15, expires_us: null, revoked_us: null, last_used_us: null, last_used_from: '', ...more,
});
const refused = (status, code) => ({ status, body: { error: { code, message: `this is what ${status} says` } } });

const views = async (page, then) => {
  await page.getByRole('button', { name: /^View/ }).click();
  await page.locator(then).first().waitFor();
};
const openEntry = async (page) => {
  await page.locator('.audit-row').first().click();
  await page.locator('dialog.audit-detail').waitFor();
};

const pagesOfRuns = ({ below, run, talking }) => [
  ['projects', '/', 'a.project-row'],
  ['no projects', '/', '.first-run', { answers: { '/api/v1/projects': { projects: [] } } }],
  ['start', '/start', '.first-run'],
  ['charts', below(''), '.panel canvas'], ['charts, full window', below('?panel=train%2Floss'), 'dialog.full-panel canvas'],
  ['charts, no panel matches', below('?keys=nothing'), '.panel-grid .feedback'],
  ['runs', below('/runs?stats=1'), '.run-statistics td'], ['runs, none matches', below('/runs?q=nothing'), '.runs-none'],
  ['compare', below('/compare'), '.diff td'],
  ['scatter', below('/compare?view=scatter'), '.canvas-plot'], ['parallel', below('/compare?view=parallel'), '.canvas-plot'],
  ['importance', below('/compare?view=importance'), '.importance, .plot-note'],
  ['run charts', `/runs/${run}`, '.panel canvas'], ['run overview', `/runs/${run}/overview`, '.json-tree'],
  ['run overview, with alerts', `/runs/${run}/overview`, '.run-alerts li', { answers: { [`/api/v1/runs/${run}/alerts`]: { alerts: ['info', 'warning', 'error'].map((level, i) => (
    { time_us: 1.7e15 + i, level, title: '<b>it</b> is not finite', text: 'train/loss\nat step 7', state: ['due', 'quiet', 'failed'][i], outcome: '' })) } } }],
  ['run system', `/runs/${run}/system`, '.feedback, .panel'], ['run logs', `/runs/${talking}/logs`, '.log-line'],
  ['run logs, none', `/runs/${run}/logs`, '.feedback, .log-line'],
  ['run diff', `/runs/${run}/diff`, '.diff td, .feedback'], ['run media', `/runs/${run}/media`, '.media-panel, .feedback'],
  ['run files', `/runs/${run}/files`, '.run-files .json-tree, .run-files .patch'],
  ['run files, with changes', `/runs/${run}/files`, '.patch-line.added', { answers: { [`/api/v1/runs/${run}/media`]: { next_cursor: null, media: [{
    key: 'code/diff.patch', type: 'text', step: 0, time_us: 1.7e15, content_type: 'text/plain', description: {}, bytes: 98, sha256: '0'.repeat(64),
    content: 'diff --git a/<b>x</b>.py b/<b>x</b>.py\n--- a/<b>x</b>.py\n+++ b/<b>x</b>.py\n@@ -1 +1 @@\n-<b>old</b>\n+<b>new</b>\n',
  }] } } }],
  ['run artifacts', `/runs/${run}/artifacts`, '.feedback'], ['artifacts', below('/artifacts'), '.feedback'],
];

const pagesOfSettings = ({ project }) => [
  ['keys, nobody asked for one', '/settings', '.settings .feedback'],
  ['keys', '/settings', '.settings-table', { answers: { ...kAdmin, '/api/v1/api-keys': { keys: [
    keyNamed('3f9a01c2', 'workstation', { last_used_us: 1.7e15 }), keyNamed('b81e44d0', 'sweep', { project, expires_us: 1.9e15 }), keyNamed('77c0de15', 'lost', { revoked_us: 1.7e15 }),
  ] } } }],
  ['keys, none', '/settings', 'text=No key yet', { answers: { ...kAdmin, '/api/v1/api-keys': { keys: [] } } }],
  ['sharing, no project chosen', '/settings/sharing', 'select[aria-label="Project to share"]'],
  ['sharing', `/settings/sharing?${new URLSearchParams({ project }).toString()}`, '.settings-table', { answers: { '/api/v1/members': { members: kMembers, role: 'admin' } } }],
  ['sharing, with nobody', `/settings/sharing?${new URLSearchParams({ project }).toString()}`, 'text=It is shared with nobody', { answers: { '/api/v1/members': { members: [], role: 'admin' } } }],
  ['sharing, no project', '/settings/sharing', '.settings .feedback', { answers: { '/api/v1/projects': { projects: [] } } }],
  ['users', '/settings/users', '.settings-table', { answers: { '/api/v1/users': kUsers } }],
  ['users, none', '/settings/users', 'text=No user yet', { answers: { '/api/v1/users': { users: [] } } }],
  ['teams', '/settings/teams?team=vision', '.team-projects', { answers: kTeams }],
  ['teams, nobody in it', '/settings/teams?team=audio', 'text=No project is shared with it', { answers: kTeams }],
  ['teams, none', '/settings/teams', 'text=No team yet', { answers: { '/api/v1/teams': { teams: [] } } }],
  ['teams, no such one', '/settings/teams?team=gone', 'text=There is no such team', { answers: kTeams }],
  ['audit log', '/settings/audit', '.audit-row'], ['audit log, an entry', '/settings/audit', '.audit-row', { act: openEntry }],
  ['audit log, no match', '/settings/audit?until=2020-01-01', 'text=No entry matches'],
  ['audit log, empty', '/settings/audit', 'text=Nothing was done yet', { answers: { '/api/v1/audit': { entries: [], next_before: null } } }],
];

const pagesOfReports = ({ below, other, project, report, bare, view }) => [
  ['reports', below('/reports'), '.report-row'], ['reports, none', other('/reports'), '.feedback'], ['reports, none matches', below('/reports?q=not+there'), '.feedback'],
  ['report', below(`/reports/${report}`), '.report .panel canvas'], ['report, nothing in it', below(`/reports/${bare}`), 'text=Nothing is written here yet'],
  ['report, of no form', below(`/reports/${bare}`), '.report-note', { answers: {
    [`/api/v1/projects/${encodeURIComponent(project)}/reports/${bare}`]: { id: bare, name: 'Of no form', author: '', created_us: 1.7e15, updated_us: 1.7e15, revision: 1, spec: { blocks: 'x' } },
  } }],
  ['report, written', below(`/reports/${report}?edit=1`), '.report.writing .charts-tools'], ['report, written from nothing', below(`/reports/${bare}?edit=1`), '.add-block'],
  ['views', below(''), '.panel canvas', { act: (page) => views(page, '.views-list') }],
  ['views, none', other('/runs'), '.run-link', { act: (page) => views(page, '.views-none') }],
  ['views, one opened and changed', below(`?saved=${view}.1&sm=0.9`), '.panel canvas', { act: (page) => views(page, '.views-opened') }],
];

const pagesOfRefusals = ({ below, other, report, run }) => [
  ...[['users', 'users'], ['teams', 'teams'], ['audit log', 'audit']].map(([name, tab]) => [`${name}, not allowed`, `/settings/${tab}`, '.settings .feedback', { answers: kViewer }]),
  ['sharing, for a viewer', '/settings/sharing?project=any', 'text=An admin of the project can share it', { answers: kViewer }],
  ['runs, for a viewer', below('/runs'), 'text=View only', { answers: kViewer }],
  ['reports, none, for a viewer', other('/reports'), 'text=You may look at this project', { answers: kViewer }],
  ['report, for a viewer', below(`/reports/${report}?edit=1`), '.report .panel canvas', { answers: kViewer }],
  ['views, for a viewer', below(''), '.panel canvas', { answers: kViewer, act: (page) => views(page, 'text=You may look at this project') }],
  ['login', '/', 'form.login', { answers: { '/api/v1/session': { user: null, csrf_token: null, key: null, open: false } } }],
  ['run files, changes not read', `/runs/${run}/files`, '.run-files .feedback', { answers: { [`/api/v1/runs/${run}/media`]: refused(503, 'unavailable') }, told: /503/ }],
  ['charts, not allowed', below(''), '[data-failure]', { answers: { '/api/v1/runs': refused(403, 'permission_denied') }, told: /403/ }],
  ['charts, not now', below(''), '[data-failure="later"]', { answers: { '/api/v1/runs': refused(503, 'unavailable') }, told: /503/ }],
  ['no such artifact', below('/artifacts/none/versions'), '[data-failure]', { told: /404/ }],
  ['no such report', below(`/reports/${kNobody}`), '[data-failure]', { told: /404/ }],
  ['no such run', `/runs/${kNobody}`, '[data-failure]', { told: /404/ }], ['no such project', '/p/nobody-has-this', '[data-failure]', { told: /404/ }],
  ['no such page', '/nowhere', '.feedback'],
];

// `world`: { project, below, other, run, talking, report, bare, view }: the project with runs, paths below it and below one
// with neither reports nor views, and ids. They are asked for when a page is opened: the list is made before they are known.
const kLists = [pagesOfRuns, pagesOfSettings, pagesOfReports, pagesOfRefusals];
export const kWalked = kLists.flatMap((list) => list({ below: String, other: String, project: '' }).map(([where], index) => ({
  where, of: (world) => {
    const [, path, ready, { act = null, answers = {}, told = null } = {}] = list(world)[index];
    return { path, ready, act, answers, told };
  },
})));

// The page as it is walked.
export async function openWalked(page, url, { path, ready, act, answers }) {
  await page.unrouteAll();
  for (const [asked, answer] of Object.entries(answers)) {
    const { status = 200, body = answer } = answer;
    await page.route((address) => address.pathname === asked, (route) => route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) }));
  }
  await page.goto(url + path);
  await page.locator(ready).first().waitFor();
  if (act) await act(page);
}
