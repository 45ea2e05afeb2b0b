// Artifacts of the generated project "imdb": a data set and a model of four versions, each with files that can be looked
// at. Their ids and hashes are made of their names, so they are always the same.
import { createHash } from 'node:crypto';
import { latestOf } from './data.mjs';
import { png } from '../../../tests/e2e/dashboard/samples.mjs';

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex');
export const idOf = (name) => hashOf(name).replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-4$3-a$4-$5');

const kReviews = ['a film that stays with one', 'two hours of rain', 'warm, sharp and over too soon', 'not one joke lands', 'the score alone is worth it', 'flat'];
const csv = (rows) => Buffer.from(`text,label,score\n${Array.from({ length: rows }, (_, i) => `"${kReviews[i % kReviews.length]}, said row ${i}",${i % 2},${((i * 37) % 100) / 100}`).join('\n')}\n`);
const plot = png(320, 200, (x, y) => {
  const curve = 30 + 130 * (1 - Math.exp(-x / 90)) + 6 * Math.sin(x / 7);
  if (Math.abs(y - curve) < 1.6) return [52, 81, 198];
  return x % 40 === 0 || y % 40 === 0 ? [226, 229, 235] : [255, 255, 255];
});
const modelFiles = (version) => ({
  'README.md': Buffer.from(`# sentiment, version ${version}\n\nall-MiniLM-L6-v2 with two labels, trained on imdb.\n`),
  'config.json': Buffer.from(JSON.stringify({ model_type: 'bert', hidden_size: 384, num_hidden_layers: 6, num_attention_heads: 12, id2label: { 0: 'negative', 1: 'positive' }, max_position_embeddings: 512, layer_norm_eps: 1e-12 })),
  'model.safetensors': Buffer.alloc(90_000 + 100 * version, version),
  'plots/loss.png': plot,
  'tokenizer/tokenizer.json': Buffer.from('{"version": "1.0"}'),
  'tokenizer/vocab.txt': Buffer.from('[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\na\nfilm\n'),
  ...(version > 1 ? { 'quantized/model_int8.safetensors': Buffer.alloc(30_000, 8) } : { 'training.log': Buffer.from('step 0 loss 0.69\n') }),
});
const kAccuracy = [0.812, 0.861, 0.874, 0.869];

function makeVersions(runs) {
  const nowUs = latestOf(runs);
  const makers = runs.filter((run) => run.project === 'imdb' && run.state === 'finished');
  const make = (name, type, number, files, run, more = {}) => {
    const sizes = Object.values(files).map((bytes) => bytes.length);
    return {
      files, run: run ?? null,
      json: {
        id: idOf(`${name}:${number}`), project: 'imdb', name, type, version: `v${number}`, aliases: [], tags: [], description: '', metadata: {},
        digest: hashOf(`${name}:${number}:manifest`), files: sizes.length, size_bytes: sizes.reduce((a, b) => a + b, 0), added_bytes: Math.max(...sizes),
        run: run?.id ?? null, created_us: nowUs - (60 - 9 * number) * 3_600e6, expires_us: null, deleted_us: null, purge_us: null, ...more,
      },
    };
  };
  return [
    make('reviews', 'dataset', 0, { 'train.csv': csv(400), 'test.csv': csv(120), 'LICENSE': Buffer.from('CC BY 4.0\n') }, makers[0], { aliases: ['raw'] }),
    make('reviews', 'dataset', 1, { 'train.csv': csv(380), 'test.csv': csv(120), 'LICENSE': Buffer.from('CC BY 4.0\n'), 'dropped.csv': csv(20) }, makers[0],
      { aliases: ['clean', 'latest'], description: 'Without the twenty rows that stand in both parts.' }),
    ...kAccuracy.map((accuracy, number) => make('sentiment', 'model', number, modelFiles(number), makers[Math.min(number, makers.length - 1)], {
      aliases: [['first'], [], ['best', 'production'], ['latest']][number], tags: number === 2 ? ['reviewed'] : [],
      metadata: { accuracy, epochs: 1 + number }, description: number === 2 ? 'The one that is served. Compared with v1 it knows irony a little better.' : '',
    })),
  ];
}

function collections(versions) {
  const names = [...new Set(versions.map(({ json }) => json.name))];
  return names.map((name) => {
    const all = versions.map(({ json }) => json).filter((json) => json.name === name);
    const last = all.at(-1);
    return {
      id: idOf(name), project: 'imdb', name, type: last.type, description: name === 'sentiment' ? 'Positive or negative, for film reviews.' : '', versions: all.length,
      latest: last.version, aliases: all.flatMap((one) => one.aliases).filter((alias) => alias !== 'latest'), run: last.run,
      size_bytes: all.reduce((sum, one) => sum + one.size_bytes, 0), created_us: all[0].created_us, updated_us: last.created_us, ttl_s: null, keep_versions: null,
    };
  });
}

function lineage(versions) {
  const runs = [...new Set(versions.map(({ run }) => run).filter(Boolean))];
  const data = versions.find(({ json }) => json.name === 'reviews' && json.version === 'v1').json;
  const produced = versions.filter(({ run }) => run).map(({ json }) => ({ run: json.run, version: json.id, kind: 'produced' }));
  const used = runs.slice(1).map((run) => ({ run: run.id, version: data.id, kind: 'used' }));
  return {
    versions: versions.map(({ json }) => json), more: false, edges: [...produced, ...used],
    runs: runs.map(({ id, project, name, created_us }) => ({ id, project, name, created_us })),
  };
}

// Answers to what is asked of artifacts; null for any other question, and for what is not there.
export function artifactAnswers(runs) {
  const versions = runs.length > 0 ? makeVersions(runs) : [];
  const matches = (json, asked) => asked === null || json.version === asked || json.aliases.includes(asked);
  return (parts, query) => {
    const [first, id, what] = parts;
    if (first === 'artifacts') {
      const found = collections(versions).filter((one) => one.project === query.get('project') && one.name === (query.get('name') ?? one.name));
      return found.length > 0 ? { body: { artifacts: found, next_cursor: null } } : null;
    }
    if (first === 'artifact-versions' && id === undefined) {
      const found = versions.map(({ json }) => json).filter((json) =>
        json.project === query.get('project') && json.name === query.get('name') && matches(json, query.get('version')));
      if (found.length === 0) return null;
      return { body: { versions: query.get('deleted') === '1' ? [] : found.reverse(), next_cursor: null } };
    }
    if (first === 'runs' && what === 'artifacts') {
      const { edges } = versions.length > 0 ? lineage(versions) : { edges: [] };
      const of = (kind) => edges.filter((edge) => edge.run === id && edge.kind === kind).map((edge) => versions.find(({ json }) => json.id === edge.version).json);
      return { body: { produced: of('produced'), used: of('used') } };
    }
    const version = first === 'artifact-versions' ? versions.find(({ json }) => json.id === id) : undefined;
    if (version === undefined) return null;
    if (what === 'files') {
      const files = Object.entries(version.files).sort(([a], [b]) => (a < b ? -1 : 1));
      return { body: { files: files.map(([path, bytes]) => ({ path, size_bytes: bytes.length, sha256: hashOf(bytes), url: null, checksum: null })), next_cursor: null } };
    }
    if (what === 'file') {
      const bytes = version.files[query.get('path')];
      return bytes === undefined ? null : { bytes, type: query.get('path').endsWith('.png') ? 'image/png' : 'application/octet-stream' };
    }
    if (what === 'lineage') return { body: lineage(versions) };
    return null;
  };
}
