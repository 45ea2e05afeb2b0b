// Requests of which the answers are checked against tracker-server/http/openapi.json, by operationId. Each operation
// needs a case for each 2xx status, and each of its answers must be one that the document has. What is the same for all
// routes (ids that are nonsense or unknown, methods, If-None-Match, HEAD) is asked without a case.
//
// A case: { status, query?, body?, headers?, check?(body) }; `path` is what fills {…} of the route. `data` is what the
// server holds: { run, project } of a finished run with keys loss (3,000 rows, some not finite), eval/acc, and lines.
export function cases(data) {
  const run = { id: data.run };
  const series = (body) => ({ body: { runs: [data.run], keys: ['loss', 'eval/acc', 'absent'], ...body } });
  return {
    getHealth: [{ status: 200 }],
    getReady: [{ status: 200 }],
    getOpenapi: [{ status: 200 }],
    getServer: [{ status: 200 }],
    getProjects: [{ status: 200, check: (body) => body.projects.some((one) => one.name === data.project) }],
    getRuns: [
      { status: 200, query: { project: data.project }, check: (body) => body.runs.length > 0 },
      { status: 200, query: { project: data.project, limit: '1' } },
      { status: 400 },
      { status: 400, query: { project: data.project, limit: '0' } },
      { status: 400, query: { project: data.project, cursor: 'nonsense' } },
      { status: 404, query: { project: 'nobody has this' } },
    ],
    getRun: [{ status: 200, path: run, check: (body) => body.summary['eval/acc'] === 0.5 }],
    getKeys: [{ status: 200, path: run, check: (body) => body.keys.length >= 2 }],
    getLogs: [
      { status: 200, path: run, query: { stream: 'stdout' } },
      { status: 200, path: run, query: { stream: 'stderr', from: '1', limit: '5' } },
      { status: 400, path: run, query: { stream: 'none' } },
      { status: 400, path: run, query: { limit: '1000000' } },
    ],
    postSeries: [
      { status: 200, ...series({ width: 100 }), check: (body) => body.series.some((one) => one.mode === 'buckets') },
      { status: 200, ...series({ width: 8000, x: 'time' }), check: (body) => body.series[0].points.y.includes('NaN') },
      { status: 200, ...series({ x: 'relative', from: 0, to: null }) },
      { status: 200, ...series({}), headers: { accept: 'application/vnd.tracker.series' } },
      { status: 400, body: {} },
      { status: 400, ...series({ x: 'sideways' }) },
      { status: 400, ...series({ width: 0 }) },
      { status: 200, body: { runs: ['00000000-0000-4000-8000-000000000000'], keys: ['loss'] }, check: (body) => body.series[0].total === 0 },
    ],
    getLive: [{ status: 400 }],
  };
}
