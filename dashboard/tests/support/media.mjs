// Media of generated runs: every finished run of the project "imdb" has pictures, texts, histograms and a table, and the
// oldest what an evaluation leaves in a summary.
import { createHash } from 'node:crypto';
import { png, wav } from '../../../tests/e2e/dashboard/samples.mjs';

const kSteps = [0, 100, 200, 300];
const kWords = ['plot', 'score', 'cast', 'pace', 'light', 'ending'];

const attention = (step, shade) => png(96, 96, (x, y) => {
  const near = Math.exp(-(((x - y) / (12 + step / 12)) ** 2)) * (0.6 + 0.4 * Math.sin((x + shade) / 9));
  return [Math.round(255 - 190 * near), Math.round(255 - 150 * near), 255 - Math.round(30 * near)];
});
function histogram(step) {
  const reach = 1 + step / 300;
  return {
    edges: Array.from({ length: 25 }, (_, i) => -reach + (2 * reach * i) / 24),
    counts: Array.from({ length: 24 }, (_, i) => Math.round(400 * Math.exp(-(((i - 11.5) / (3 + step / 200)) ** 2)))),
  };
}
const table = {
  columns: ['text', 'label', 'predicted', 'score'],
  data: [Array.from({ length: 34 }, (_, i) => `the ${kWords[i % 6]} of film ${i}`), Array.from({ length: 34 }, (_, i) => (i % 2 ? 'positive' : 'negative')),
    Array.from({ length: 34 }, (_, i) => (i % 5 ? (i % 2 ? 'positive' : 'negative') : 'negative')), Array.from({ length: 34 }, (_, i) => ((i * 29) % 100) / 100)],
};
export const kEvaluation = {
  'eval/classes': ['negative', 'neutral', 'positive'],
  'eval/confusion_matrix': [[50, 8, 2], [5, 30, 5], [1, 9, 90]],
  'eval/per_class': [{ class: 'negative', precision: 0.893, recall: 0.833, f1: 0.862, support: 60 }, { class: 'neutral', precision: 0.638, recall: 0.75, f1: 0.69, support: 40 },
    { class: 'positive', precision: 0.928, recall: 0.9, f1: 0.914, support: 100 }],
  'eval/worst_errors': [{ row: 17, label: 'positive', predicted: 'negative', probability: 0.998, loss: 6.2, text: 'not a bad film' },
    { row: 3, label: 'negative', predicted: 'positive', probability: 0.91, loss: 2.4, text: 'great, if one likes rain' }],
};

const kPatch = `diff --git a/train.py b/train.py
index 3b18e51..a9c4f02 100644
--- a/train.py
+++ b/train.py
@@ -12,4 +12,5 @@ def main():
     model = load(args.model)
-    optimizer = AdamW(model.parameters(), lr=5e-5)
+    optimizer = AdamW(model.parameters(), lr=args.learning_rate)
+    scheduler = cosine(optimizer, args.steps)
     for batch in batches:
         loss = model(batch).loss
`;

function mediaOf(run, index) {
  const json = (value) => Buffer.from(JSON.stringify(value));
  const one = (key, type, contentType, step, bytes, description = {}) => ({
    bytes,
    json: {
      key, type, step, time_us: run.created_us + step * 1e6, content_type: contentType, description, bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  });
  return [
    ...kSteps.flatMap((step) => [
      one('samples/attention', 'image', 'image/png', step, attention(step, 20 * index), { caption: `head 3 at step ${step}` }),
      one('samples/answer', 'text', 'text/plain', step, Buffer.from(`step ${step}: the film is ${step < 200 ? 'a film' : 'warm and sharp'}\nand ends well`)),
      one('weights/classifier', 'histogram', 'application/json', step, json(histogram(step)), { nan: 0, infinite: 0 }),
    ]),
    one('samples/predictions', 'table', 'application/json', 300, json(table)),
    one('samples/tone', 'audio', 'audio/wav', 300, wav(440)),
    one('code/diff.patch', 'text', 'text/plain', 0, Buffer.from(kPatch)),
  ];
}

// Answers to what is asked of media; null for any other question, and for what is not there.
export function mediaAnswers(runs) {
  const logged = new Map(runs.filter((run) => run.project === 'imdb' && run.state === 'finished').map((run, index) => [run.id, mediaOf(run, index)]));
  const keysOf = (id) => {
    const keys = new Map();
    for (const { json: { key, type, step } } of logged.get(id) ?? []) {
      const one = keys.get(key) ?? { run: id, key, type, count: 0, first_step: step, last_step: step };
      keys.set(key, { ...one, count: one.count + 1, last_step: step });
    }
    return [...keys.values()];
  };
  return (parts, query) => {
    const [first, id, what, hash] = parts;
    if (first === 'media-keys') return { body: { keys: query.get('runs').split(',').flatMap(keysOf), more: false } };
    if (first !== 'runs' || what !== 'media') return null;
    const all = logged.get(id) ?? [];
    if (hash !== undefined) {
      const found = all.find(({ json }) => json.sha256 === hash);
      return found ? { bytes: found.bytes, type: found.json.content_type } : null;
    }
    const wanted = all.filter(({ json }) => json.key === query.get('key') && json.type === query.get('type'));
    const content = ({ json, bytes }) => (json.type === 'text' ? bytes.toString() : json.content_type === 'application/json' ? JSON.parse(bytes) : undefined);
    return { body: { media: wanted.map((one) => ({ ...one.json, ...(query.get('content') === '1' && content(one) !== undefined ? { content: content(one) } : {}) })), next_cursor: null } };
  };
}
