// Raw or bucketed series as docs/http-api.md describes them, made plainly: a reference for the tests.

function xOf(run, data, i, x) {
  if (x === 'time') return data.timeUs[i];
  if (x === 'relative' || data.step[i] === null) return (data.timeUs[i] - run.created_us) / 1e6;
  return data.step[i];
}

export function answerSeries(run, key, request) {
  const data = run.series.get(key);
  const x = request.x === 'step' && data?.kind === 'system' ? 'relative' : request.x;
  const base = { run: run.id, key, x };
  const points = [];
  for (let i = 0; i < (data?.value.length ?? 0); i++) {
    const at = xOf(run, data, i, x);
    if ((request.from ?? -Infinity) <= at && at <= (request.to ?? Infinity)) points.push([at, data.value[i]]);
  }
  if (points.length <= 2 * request.width) {
    return { ...base, mode: 'raw', total: points.length, points: { x: points.map((p) => p[0]), y: points.map((p) => p[1]) } };
  }
  return { ...base, mode: 'buckets', total: points.length, buckets: bucket(points, request.width) };
}

function bucket(points, width) {
  const first = points[0][0];
  const span = points[points.length - 1][0] - first;
  const groups = new Map();
  for (const point of points) {
    const index = Math.min(width - 1, Math.floor(((point[0] - first) / span) * width));
    const group = groups.get(index);
    if (group) group.push(point);
    else groups.set(index, [point]);
  }
  const columns = { x: [], x_last: [], min: [], max: [], mean: [], first: [], last: [], count: [], nonfinite: [] };
  for (const group of groups.values()) {
    const finite = group.map((p) => p[1]).filter(Number.isFinite);
    columns.x.push(group[0][0]);
    columns.x_last.push(group[group.length - 1][0]);
    columns.min.push(finite.length ? Math.min(...finite) : NaN);
    columns.max.push(finite.length ? Math.max(...finite) : NaN);
    columns.mean.push(finite.length ? finite.reduce((a, b) => a + b, 0) / finite.length : NaN);
    columns.first.push(finite[0] ?? NaN);
    columns.last.push(finite[finite.length - 1] ?? NaN);
    columns.count.push(group.length);
    columns.nonfinite.push(group.length - finite.length);
  }
  return columns;
}

// application/vnd.tracker.series
export function encodeSeries(series) {
  const columns = [];
  let at = 0;
  const place = (values) => {
    const column = { at, n: values.length, type: 'f64' };
    columns.push(Float64Array.from(values));
    at += values.length * 8;
    return column;
  };
  const placeAll = (object) => Object.fromEntries(Object.entries(object).map(([name, values]) => [name, place(values)]));
  const header = {
    series: series.map((one) => one.mode === 'raw' ? { ...one, points: placeAll(one.points) } : { ...one, buckets: placeAll(one.buckets) }),
  };
  let text = JSON.stringify(header);
  let bytes = Buffer.from(text);
  const padding = (8 - ((4 + bytes.length) % 8)) % 8;
  text += ' '.repeat(padding);
  bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes, ...columns.map((c) => Buffer.from(c.buffer))]);
}
