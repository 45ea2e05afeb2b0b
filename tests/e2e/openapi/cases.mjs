// Requests of which the answers are checked against tracker-server/http/openapi.json, by operationId. Each operation
// needs a case for each 2xx status, and each of its answers must be one that the document has. What is the same for all
// routes (ids that are nonsense or unknown, methods, If-None-Match, HEAD) is asked without a case.
//
// A case: { status, query?, body?, headers?, check?(body) }; `path` is what fills {…} of the route. `data` is what the
// server holds: { run, project } of a finished run with keys loss (3,000 rows, some not finite), eval/acc, and lines, and
// { version }, the id of version v0 of the artifact `net` that the run made: `hello.txt` ("hello artifact"), `dir/page.html`.
export function cases(data) {
  const run = { id: data.run };
  const elsewhere = { origin: 'http://evil.example' };
  const series = (body) => ({ body: { runs: [data.run], keys: ['loss', 'eval/acc', 'absent'], ...body } });
  const version = { id: data.version };
  return {
    getArtifacts: [
      { status: 200, query: { project: data.project }, check: (body) => body.artifacts[0].name === 'net' && body.artifacts[0].latest === 'v0' },
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
    getProjects: [{ status: 200, check: (body) => body.projects.some((one) => one.name === data.project) }],
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
