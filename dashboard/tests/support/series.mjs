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

// The compact body for a picture of that height.
const kPlaces = new Set(['x', 'x_last', 'count', 'nonfinite']);

export function encodePicture(series, height) {
  const columns = [];
  const parts = [];
  const known = new Map();
  const add = (entry, bytes) => {
    columns.push(entry);
    parts.push(bytes);
    return columns.length - 1;
  };
  const once = (values) => {
    const name = values.join();
    if (!known.has(name)) known.set(name, add({ n: values.length, type: 'f64' }, Buffer.from(Float64Array.from(values).buffer)));
    return known.get(name);
  };
  const rounded = (values, low, high) => {
    let before = 0;
    const bytes = Buffer.from(values.map((value) => {
      const level = Number.isNaN(value) ? 255 : value === Infinity ? 254 : value === -Infinity ? 253 : Math.round(((value - low) / (high - low || 1)) * height);
      let difference = (level - before + 256) % 256;
      if (difference >= 128) difference -= 256;
      before = level;
      return difference >= 0 ? 2 * difference : -2 * difference - 1;
    }));
    return add({ n: values.length, type: 'u8', low, high, levels: height }, bytes);
  };
  const placeAll = (object) => {
    const values = Object.entries(object).filter(([name]) => !kPlaces.has(name)).flatMap(([, column]) => column).filter(Number.isFinite);
    const [low, high] = [values.reduce((a, b) => Math.min(a, b), values[0] ?? 0), values.reduce((a, b) => Math.max(a, b), values[0] ?? 0)];
    return Object.fromEntries(Object.entries(object).filter(([name]) => name !== 'first' && name !== 'last')
      .map(([name, column]) => [name, kPlaces.has(name) ? once(column) : rounded(column, low, high)]));
  };
  const list = series.map((one) => one.mode === 'raw' ? { ...one, points: placeAll(one.points) } : { ...one, buckets: placeAll(one.buckets) });
  let text = JSON.stringify({ columns, series: list });
  text += ' '.repeat((8 - ((4 + Buffer.byteLength(text)) % 8)) % 8);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(text));
  return Buffer.concat([length, Buffer.from(text), ...parts]);
}
