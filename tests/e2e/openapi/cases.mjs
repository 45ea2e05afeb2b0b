// Answers that the server of this test cannot give: it has users.
export const kElsewhere = { useFirstStart: 200 };

// Requests of which the answers are checked against tracker-server/http/openapi.json, by operationId. Each operation
// needs a case for each 2xx status, and each of its answers must be one that the document has. What is the same for all
// routes (ids that are nonsense or unknown, methods, If-None-Match, HEAD) is asked without a case.
//
// The server of this test lets everybody do everything; `data.login` are the headers of a session that was begun.
//
// A case: { status, query?, body?, headers?, check?(body) }; `path` is what fills {…} of the route. `data` is what the
// server holds: { run, project, media } of a finished run with keys loss (3,000 rows, some not finite), eval/acc, lines, and
// media hist, shot (PNG) and drawing (SVG), the last two with their hashes; and { version }, the id of version v0 of the
// artifact `net` that the run made: `hello.txt` ("hello artifact"), `dir/page.html`; and { saved: { views, reports } }, each with
// the ids of two items of revision 1, { stays, goes }.
export function cases(data) {
  const run = { id: data.run };
  const elsewhere = { origin: 'http://evil.example' };
  const series = (body) => ({ body: { runs: [data.run], keys: ['loss', 'eval/acc', 'absent'], ...body } });
  const version = { id: data.version };
  const views = savedCases(data, 'views');
  const reports = savedCases(data, 'reports');
  return {
    getArtifacts: [
      { status: 200, query: { project: data.project }, check: (body) => body.artifacts[0].name === 'net' && body.artifacts[0].latest === 'v0' && body.artifacts[0].run === data.run && body.artifacts[0].aliases.length === 0 },
      { status: 200, query: { project: data.project, name: 'net' }, check: (body) => body.artifacts.length === 1 },
      { status: 404, query: { project: data.project, name: 'nobody has this' } },
      { status: 200, query: { project: data.project, type: 'none', limit: '1' }, check: (body) => body.artifacts.length === 0 },
      { status: 400 },
      { status: 400, query: { project: data.project, limit: '0' } },
      { status: 404, query: { project: 'nobody has this' } },
    ],
    getArtifactVersions: [
      { status: 200, query: { project: data.project, name: 'net' }, check: (body) => body.versions[0].id === data.version && body.versions[0].run === data.run },
      { status: 200, query: { project: data.project, name: 'net', version: 'latest' }, check: (body) => body.versions.length === 1 },
      { status: 200, query: { project: data.project, name: 'net', deleted: '1' }, check: (body) => body.versions.length === 0 },
      { status: 400, query: { project: data.project } },
      { status: 400, query: { project: data.project, name: 'net', cursor: 'nonsense' } },
      { status: 404, query: { project: data.project, name: 'net', version: 'v7' } },
      { status: 404, query: { project: data.project, name: 'nobody has this' } },
    ],
    patchArtifact: [
      { status: 200, query: { project: data.project, name: 'net' }, body: { description: 'a net', keep_versions: 5, ttl_s: 0 }, check: (body) => body.description === 'a net' && body.keep_versions === 5 && body.ttl_s === null },
      { status: 200, query: { project: data.project, name: 'net' }, body: { keep_versions: 0 }, check: (body) => body.description === 'a net' && body.keep_versions === null },
      { status: 400, query: { project: data.project, name: 'net' }, body: { type: 'other' } },
      { status: 400, query: { project: data.project, name: 'net' }, body: { keep_versions: -1 } },
      { status: 404, query: { project: data.project, name: 'nobody has this' }, body: {} },
    ],
    patchArtifactVersion: [
      { status: 200, path: version, body: { description: 'first', metadata: { acc: 0.5 }, add_tags: ['good', 'old'] }, check: (body) => body.description === 'first' && body.metadata.acc === 0.5 && body.tags.join() === 'good,old' },
      { status: 200, path: version, body: { remove_tags: ['old'], ttl_s: 0 }, check: (body) => body.description === 'first' && body.tags.join() === 'good' },
      { status: 400, path: version, body: { metadata: [] } },
      { status: 400, path: version, body: { add_tags: ['a\nb'] } },
      { status: 400, path: version, body: { digest: 'x' } },
      { status: 400, path: version, body: [] },
      { status: 400, path: { id: 'nonsense' }, body: {} },
    ],
    // One after the other, down to the version that is there again for what comes behind.
    postArtifactAlias: [
      { status: 200, path: version, body: { alias: 'best' }, check: (body) => body.aliases.join() === 'best,latest' },
      { status: 400, path: version, body: { alias: 'latest' } },
      { status: 400, path: version, body: { alias: 'v3' } },
      { status: 400, path: version, body: {} },
    ],
    deleteArtifactAlias: [
      { status: 404, path: { ...version, alias: 'other' } },
      { status: 400, path: { ...version, alias: 'latest' } },
      { status: 200, path: { ...version, alias: 'best' }, check: (body) => body.aliases.join() === 'latest' },
    ],
    deleteArtifactVersion: [
      { status: 400, path: version, query: { grace_s: 'nonsense' } },
      { status: 403, path: version, headers: elsewhere },
      { status: 200, path: version, query: { grace_s: '60' }, check: (body) => body.purge_us - body.deleted_us === 60_000_000 },
    ],
    restoreArtifactVersion: [
      { status: 403, path: version, headers: elsewhere },
      { status: 200, path: version, check: (body) => body.deleted_us === null && body.aliases.includes('latest') },
    ],
    getArtifactVersion: [{ status: 200, path: version, check: (body) => body.version === 'v0' && body.aliases.includes('latest') && body.files === 2 }],
    getArtifactFiles: [
      { status: 200, path: version, check: (body) => body.files.map((file) => file.path).join() === 'dir/page.html,hello.txt' },
      { status: 200, path: version, query: { prefix: 'dir/', limit: '1' }, check: (body) => body.files.length === 1 && body.next_cursor === null },
      { status: 400, path: version, query: { limit: '1001' } },
    ],
    getArtifactFile: [
      { status: 200, path: version, query: { path: 'hello.txt' }, check: (body) => body === 'hello artifact' },
      { status: 200, path: version, query: { path: 'hello.txt', inline: '1' }, check: (body) => body === 'hello artifact' },
      { status: 206, path: version, query: { path: 'hello.txt' }, headers: { range: 'bytes=6-8' }, check: (body) => body === 'art' },
      { status: 200, path: version, query: { path: 'dir/page.html', inline: '1' } },
      { status: 416, path: version, query: { path: 'hello.txt' }, headers: { range: 'bytes=14-' } },
      { status: 400, path: version },
      { status: 404, path: version, query: { path: '../hello.txt' } },
    ],
    getArtifactLineage: [
      { status: 200, path: version, check: (body) => body.edges[0].kind === 'produced' && body.runs[0].id === data.run },
      { status: 400, path: version, query: { depth: '17' } },
    ],
    getRunArtifacts: [{ status: 200, path: run, check: (body) => body.produced[0].id === data.version && body.used.length === 0 }],
    getHealth: [{ status: 200 }],
    getReady: [{ status: 200 }],
    getMetrics: [{ status: 200, check: (body) => body.includes('tracker_build_info') }],
    getOpenapi: [{ status: 200 }],
    getServer: [{ status: 200 }],
    getSession: [{ status: 200, check: (body) => body.open && body.user === null }, { status: 200, headers: data.login, check: (body) => body.user.name === 'ada' && body.csrf_token.length === 64 }],
    logIn: [
      { status: 200, body: { user: 'ada', password: 'correct horse' }, check: (body) => body.user.name === 'ada' },
      { status: 401, body: { user: 'ada', password: 'wrong horse' } },
      { status: 400, body: { user: 'ada' } },
    ],
    logOut: [{ status: 200 }, { status: 403, headers: { ...data.login, 'x-csrf-token': 'of another' } }],
    changePassword: [
      { status: 200, headers: data.login, body: { old_password: 'correct horse', new_password: 'correct horse' } },
      { status: 403, headers: data.login, body: { old_password: 'wrong horse', new_password: 'correct horse' } },
      { status: 400, headers: data.login, body: { old_password: 'correct horse', new_password: 'short' } },
    ],
    // This server has users already; that the link works is for tests/tracker-server/auth and tests/tracker-server/app.
    useFirstStart: [
      { status: 403, body: { token: 'none', user: 'eve', password: 'correct horse' } },
      { status: 400, body: { token: 'none', user: 'Not A Name', password: 'correct horse' } },
    ],
    getUsers: [{ status: 200, check: (body) => body.users.some((one) => one.name === 'ada' && one.last_login_us > 0) }],
    postUser: [
      { status: 200, body: { name: `u${Date.now()}`, with_key: true }, check: (body) => body.key.startsWith('trk_') && body.password.length === 20 },
      { status: 409, body: { name: 'ada' } },
      { status: 400, body: { name: 'Not A Name' } },
    ],
    changeUser: [
      { status: 200, path: { user: 'bob' }, body: { disabled: true, reset_password: true }, check: (body) => body.disabled && body.password.length === 20 },
      { status: 200, path: { user: 'bob' }, body: { disabled: false }, check: (body) => !body.disabled && body.password === null },
      { status: 404, path: { user: 'nobody' }, body: {} },
      { status: 409, path: { user: 'ada' }, body: { disabled: true } },
    ],
    getTeams: [{ status: 200, check: (body) => body.teams.some((one) => one.name === 'old' && one.projects.some((project) => project.role === 'viewer')) }],
    postTeam: [{ status: 200, body: { name: `t${Date.now()}` }, check: (body) => body.teams.length > 0 }, { status: 409, body: { name: 'vision' } }],
    getTeamProjects: [{ status: 200, path: { team: 'vision' }, check: (body) => Array.isArray(body.projects) }, { status: 404, path: { team: 'nothing' } }],
    postTeamUser: [
      { status: 200, path: { team: 'vision' }, body: { user: 'bob' }, check: (body) => body.teams.some((one) => one.users.includes('bob')) },
      { status: 404, path: { team: 'nothing' }, body: { user: 'bob' } },
    ],
    deleteTeamUser: [{ status: 200, path: { team: 'vision', user: 'ada' } }, { status: 404, path: { team: 'vision', user: 'nobody' } }],
    deleteTeam: [{ status: 200, path: { team: 'old' } }, { status: 404, path: { team: 'nothing' } }],
    getApiKeys: [{ status: 200, query: { all: 'true' }, check: (body) => body.keys.some((one) => one.user === 'ada') }, { status: 404, query: { user: 'nobody' } }],
    postApiKey: [
      { status: 200, body: { name: 'ci', user: 'ada', role: 'writer', project: data.project, lifetime_s: 60 }, check: (body) => body.key.startsWith(`trk_${body.id}-`) },
      { status: 404, body: { name: 'ci', user: 'ada', project: 'nobody has this' } },
      { status: 400, body: { name: 'ci', user: 'ada', role: 'owner' } },
    ],
    deleteApiKey: [{ status: 200, path: { key: data.key } }, { status: 404, path: { key: '00000000' } }],
    getMembers: [{ status: 200, query: { project: data.project }, check: (body) => body.role === 'admin' }, { status: 400 }, { status: 404, query: { project: 'nobody has this' } }],
    postMember: [
      { status: 200, query: { project: data.project }, body: { name: 'bob', role: 'viewer' }, check: (body) => body.members.some((one) => one.name === 'bob' && one.role === 'viewer') },
      { status: 200, query: { project: data.project }, body: { kind: 'team', name: 'vision', role: 'writer' }, check: (body) => body.members.at(-1).kind === 'team' },
      { status: 404, query: { project: data.project }, body: { name: 'nobody', role: 'viewer' } },
      { status: 400, query: { project: data.project }, body: { name: 'bob', role: 'owner' } },
    ],
    deleteMember: [
      { status: 200, query: { project: data.project, name: 'carol' } },
      { status: 404, query: { project: data.project, name: 'nobody' } },
    ],
    getAudit: [
      { status: 200, query: { limit: '1' }, check: (body) => body.entries.length === 1 && body.next_before > 0 },
      { status: 200, query: { before: '0' }, check: (body) => body.entries.length === 0 && body.next_before === null },
      { status: 200, query: { action: 'team.create', target: 'visio*', text: 'VISION', from_us: '1' }, check: (body) => body.entries.length === 1 && body.entries[0].target === 'vision' },
      { status: 200, query: { actor: 'nobody has this' }, check: (body) => body.entries.length === 0 },
      { status: 200, query: { project: data.project, action: 'project.*', to_us: '1' }, check: (body) => body.entries.length === 0 },
      { status: 400, query: { limit: '0' } },
      { status: 400, query: { from_us: 'yesterday' } },
    ],
    getProjects: [{ status: 200, check: (body) => body.projects.some((one) => one.name === data.project) }],
    getViews: views.list,
    postView: views.post,
    getView: views.get,
    putView: views.put,
    deleteView: views.remove,
    getReports: reports.list,
    postReport: reports.post,
    getReport: reports.get,
    putReport: reports.put,
    deleteReport: reports.remove,
    getRuns: [
      { status: 200, query: { project: data.project }, check: (body) => body.runs.length > 0 },
      { status: 200, query: { project: data.project, limit: '1' } },
      { status: 400 },
      { status: 400, query: { project: data.project, limit: '0' } },
      { status: 400, query: { project: data.project, cursor: 'nonsense' } },
      { status: 200, query: { project: data.project, filter: 'state:finished', sort: '-created,name', limit: '1' }, check: (body) => body.runs.length === 1 },
      { status: 200, query: { project: data.project, filter: 'nobody.has > 1' }, check: (body) => body.runs.length === 0 && body.unknown_fields[0] === 'nobody.has' },
      { status: 400, query: { project: data.project, filter: 'lr >' }, check: (body) => body.error.part === 'filter' && body.error.position === 4 },
      { status: 400, query: { project: data.project, sort: 'lr lr' }, check: (body) => body.error.part === 'sort' },
      { status: 400, query: { project: data.project, sort: 'lr', cursor: 'nonsense' } },
      { status: 404, query: { project: 'nobody has this' } },
    ],
    getRunFacets: [
      { status: 200, query: { project: data.project, fields: 'state,name,created,nobody.has' }, check: (body) => body.fields[0].values.length > 0 && body.unknown_fields.length === 1 },
      { status: 200, query: { project: data.project, fields: 'duration', filter: 'state:failed' }, check: (body) => body.runs === 0 && body.fields[0].min === null },
      { status: 200, query: { project: data.project } },
      { status: 400, query: { fields: 'state' } },
      { status: 400, query: { project: data.project, fields: 'lr >' }, check: (body) => body.error.part === 'fields' },
      { status: 404, query: { project: 'nobody has this', fields: 'state' } },
    ],
    getRunGroups: [
      { status: 200, query: { project: data.project, by: 'state,nobody.has', metrics: 'duration,nobody.has' }, check: (body) => body.groups[0].by[1] === null && body.groups[0].metrics[0].n > 0 },
      { status: 200, query: { project: data.project, by: 'state', filter: 'state:failed' }, check: (body) => body.groups.length === 0 && body.more === false },
      { status: 400, query: { project: data.project } },
      { status: 400, query: { project: data.project, by: 'state', metrics: 'name' }, check: (body) => body.error.part === 'metrics' },
      { status: 404, query: { project: 'nobody has this', by: 'state' } },
    ],
    getRun: [{ status: 200, path: run, check: (body) => body.summary['eval/acc'] === 0.5 }],
    patchRun: [
      { status: 200, path: run, body: { notes: 'looked at', add_tags: ['seen'], config: { net: { layers: 2 } } }, check: (body) => body.notes === 'looked at' && body.tags.includes('seen') && body.config.net.layers === 2 && body.config.lr === 0.5 },
      { status: 200, path: run, body: { remove_tags: ['seen'] }, check: (body) => !body.tags.includes('seen') && body.notes === 'looked at' },
      { status: 400, path: run, body: {} },
      { status: 400, path: run, body: { nothing: 1 } },
      { status: 400, path: run, body: { tags: 'seen' } },
      { status: 400, path: run, body: { name: '' } },
      { status: 400, path: run, body: { notes: 'x'.repeat(65_537) } },
    ],
    // One after the other: what the first takes away the second brings back.
    deleteRun: [
      { status: 400, path: run, query: { grace_s: 'nonsense' } },
      { status: 403, path: run, headers: elsewhere },
      { status: 200, path: run, query: { grace_s: '60' }, check: (body) => body.id === data.run && body.purge_us - body.deleted_us === 60_000_000 },
      { status: 404, path: run },
    ],
    restoreRun: [
      { status: 403, path: run, headers: elsewhere },
      { status: 200, path: run, check: (body) => body.id === data.run && body.summary['eval/acc'] === 0.5 },
      { status: 404, path: run },
    ],
    getAlerts: [
      { status: 200, path: run, check: (body) => body.alerts.length === 0 },
      { status: 400, path: run, query: { limit: '0' } },
    ],
    getMedia: [
      { status: 200, path: run, query: { content: '1' }, check: (body) => body.media.length === 3 && body.media[1].key === 'hist' && body.media[1].content.counts.length === 64 },
      { status: 200, path: run, query: { key: 'shot', from: '2999', to: '2999' }, check: (body) => body.media.length === 1 && body.media[0].content === undefined },
      { status: 200, path: run, query: { limit: '1' }, check: (body) => body.media.length === 1 && body.next_cursor !== null },
      { status: 200, path: run, query: { cursor: '0_0_zzz' }, check: (body) => body.media.length === 0 },
      { status: 400, path: run, query: { from: 'x' } },
      { status: 400, path: run, query: { cursor: 'nonsense' } },
    ],
    getMediaKeys: [
      { status: 200, query: { runs: data.run }, check: (body) => body.keys.length === 3 && body.keys[1].key === 'hist' && body.keys[1].count === 1 && body.more === false },
      { status: 200, query: { runs: '00000000-0000-4000-8000-000000000000' }, check: (body) => body.keys.length === 0 },
      { status: 400, query: { runs: 'nonsense' } },
      { status: 400 },
    ],
    getMediaContent: [
      { status: 200, path: { id: data.run, sha256: data.media.shot } },
      { status: 200, path: { id: data.run, sha256: data.media.drawing }, check: (body) => body.startsWith('<svg') },
      { status: 404, path: { id: data.run, sha256: '0'.repeat(64) } },
    ],
    getKeys: [{ status: 200, path: run, check: (body) => body.keys.length >= 2 }],
    getLogs: [
      { status: 200, path: run, query: { stream: 'stdout' } },
      { status: 200, path: run, query: { stream: 'stderr', from: '1', limit: '5' } },
      { status: 400, path: run, query: { stream: 'none' } },
      { status: 400, path: run, query: { limit: '1000000' } },
    ],
    getKeysOfRuns: [
      { status: 200, query: { runs: `${data.run},00000000-0000-4000-8000-000000000000` }, check: (body) => body.runs.length === 1 && body.runs[0].keys.length >= 2 },
      { status: 200, query: { project: data.project }, check: (body) => body.runs.some((one) => one.run === data.run && one.keys.length >= 2) },
      { status: 200, query: { project: data.project, newest: '1' }, check: (body) => body.runs.length === 1 },
      { status: 400 },
      { status: 400, query: { runs: 'nonsense' } },
      { status: 400, query: { runs: '' } },
      { status: 400, query: { runs: data.run, project: data.project } },
      { status: 400, query: { project: data.project, newest: '0' } },
      { status: 404, query: { project: 'nobody has this' } },
    ],
    postSeries: [
      { status: 200, ...series({ width: 100 }), check: (body) => body.series.some((one) => one.mode === 'buckets') },
      { status: 200, ...series({ width: 8000, x: 'time' }), check: (body) => body.series[0].points.y.includes('NaN') },
      { status: 200, ...series({ x: 'relative', from: 0, to: null }) },
      { status: 200, ...series({}), headers: { accept: 'application/vnd.tracker.series' } },
      { status: 200, ...series({ height: 155 }), headers: { accept: 'application/vnd.tracker.series' } },
      { status: 200, ...series({ height: 155 }), check: (body) => body.series[0].total === 3000 },
      { status: 400, ...series({ height: 0 }) },
      { status: 200, ...series({ x: { metric: 'eval/acc' } }), check: (body) => body.series[0].x === 'metric' && body.series[0].total === 30 },
      { status: 200, ...series({ keys: ['eval/acc'], x: { metric: 'loss' } }), check: (body) => body.series[0].x_rises === false && body.series[0].mode === 'raw' },
      { status: 200, ...series({ keys: ['eval/acc'], x: { metric: 'loss' }, width: 5 }), check: (body) => body.series[0].buckets.x_min.length > 0 },
      { status: 200, ...series({ width: 8000, smoothing: { kind: 'ema', parameter: 0.9 } }), check: (body) => body.series[0].points.smoothed.length === 3000 },
      { status: 200, ...series({ width: 100, smoothing: { kind: 'gaussian', parameter: 5 } }), check: (body) => body.series[0].buckets.smoothed.length > 0 },
      { status: 200, ...series({ smoothing: { kind: 'mean', parameter: 10 }, groups: [{ name: 'all', runs: [data.run] }, { name: 'none', runs: [] }] }), check: (body) => body.groups[0].runs === 1 && body.groups[0].buckets.median.length > 0 },
      { status: 200, body: { keys: ['loss'], groups: [{ name: 'all', runs: [data.run] }] }, check: (body) => body.series.length === 0 && body.groups.length === 1 },
      { status: 200, ...series({ groups: [{ name: 'all', runs: [data.run] }] }), headers: { accept: 'application/vnd.tracker.series' } },
      { status: 400, ...series({ smoothing: { kind: 'ema', parameter: 1 } }) },
      { status: 400, ...series({ x: { metric: 1 } }) },
      { status: 400, ...series({ groups: 'all' }) },
      { status: 400, body: {} },
      { status: 400, ...series({ x: 'sideways' }) },
      { status: 400, ...series({ width: 0 }) },
      { status: 200, body: { runs: ['00000000-0000-4000-8000-000000000000'], keys: ['loss'] }, check: (body) => body.series[0].total === 0 },
    ],
    getLive: [{ status: 400 }],
  };
}

// Of saved views or reports: one form under two names.
function savedCases(data, kind) {
  const project = { project: data.project };
  const stays = { ...project, id: data.saved[kind].stays };
  const goes = { ...project, id: data.saved[kind].goes };
  const nowhere = { project: 'nobody has this' };
  const first = { headers: { 'if-match': '"1"' } };
  const good = { name: 'best runs', spec: { filter: 'loss < 1', charts: [{ keys: ['loss'] }] } };
  const deep = (levels) => (levels === 0 ? {} : { a: deep(levels - 1) });
  const bad = [{}, { name: 'a' }, { ...good, name: '' }, { ...good, name: 'a\nb' }, { ...good, author: 'eve' }, { ...good, spec: [] },
    { ...good, spec: deep(32) }, { ...good, spec: { a: 'x'.repeat(262_144) } }];
  return {
    list: [
      { status: 200, path: project, check: (body) => body.items.some((one) => one.id === stays.id && one.author === '') },
      { status: 404, path: nowhere },
    ],
    post: [
      { status: 201, path: project, body: good, check: (body) => body.revision === 1 && body.spec.charts[0].keys[0] === 'loss' },
      { status: 201, path: project, body: { ...good, spec: deep(31) } },
      ...bad.map((body) => ({ status: 400, path: project, body })),
      { status: 404, path: nowhere, body: good },
    ],
    get: [
      { status: 200, path: stays, check: (body) => body.name === 'stays' || body.name === good.name },
      { status: 404, path: project },
    ],
    put: [
      { status: 200, path: stays, body: good, ...first, check: (body) => body.revision === 2 && body.name === good.name && body.created_us < body.updated_us },
      { status: 412, path: stays, body: good, ...first, check: (body) => body.error.code === 'changed_meanwhile' },
      { status: 428, path: stays, body: good },
      { status: 400, path: stays, body: good, headers: { 'if-match': 'nonsense' } },
      ...bad.map((body) => ({ status: 400, path: stays, body, ...first })),
      { status: 404, path: project, body: good, ...first },
    ],
    remove: [
      { status: 403, path: goes, headers: { origin: 'http://evil.example' } },
      { status: 204, path: goes },
      { status: 404, path: goes },
    ],
  };
}
