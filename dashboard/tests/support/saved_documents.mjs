// What is saved of the generated project "imdb": views and reports whose ids, times and words are always the same.
import { idOf } from './artifacts.mjs';
import { latestOf } from './data.mjs';

const kHour = 3600e6;
export const savedId = (name) => idOf(`saved:${name}`);

const kText = `Three seeds of each rate, **all else equal**. The largest one is fastest and worst:

| rate | loss | accuracy |
|---|--:|--:|
| 1e-5 | 0.41 | 0.83 |
| 5e-5 | 0.33 | 0.88 |
| 1e-4 | 0.37 | 0.86 |

- [x] baselines of five rates
- [ ] the same with a warm-up of 10 %
`;
const kNext = '## What follows\n\nA warm-up, then `--learning-rate 5e-5` for the long run. Compared with [the paper](https://example.org/) it is half a point behind.';

const kViews = [
  { name: 'Baselines, smoothed', author: 'ada', age: 2, spec: { version: 1, page: 'charts', query: 'q=tag%3Abaseline&sm=0.6' } },
  { name: 'Best accuracy first', author: 'grace', age: 70, spec: { version: 1, page: 'runs', query: 'sort=-summary.eval%2Faccuracy' } },
];
const kReports = [
  { name: 'What the learning rate does', author: 'ada', age: 3, spec: { version: 1, blocks: [
    { kind: 'markdown', text: kText }, { kind: 'panels', title: 'Loss and accuracy of the baselines', query: 'q=tag%3Abaseline&sm=0.6', keys: ['train/loss', 'eval/accuracy'] },
    { kind: 'markdown', text: kNext },
  ] } },
  { name: 'Errors of the best model', author: 'grace', age: 30, spec: { version: 1, blocks: [{ kind: 'markdown', text: 'Irony, mostly.' }] } },
  { name: 'Notes', author: 'ada', age: 300, spec: { version: 1, blocks: [] } },
];

// By the key that documents.mjs keeps them under.
export function savedDocuments(runs) {
  if (!runs.some((run) => run.project === 'imdb')) return [];
  const nowUs = latestOf(runs);
  const made = ({ name, author, age, spec }) =>
    ({ id: savedId(name), name, author, created_us: nowUs - 2 * age * kHour, updated_us: nowUs - age * kHour, revision: 1, spec });
  return [['imdb\nviews', kViews.map(made)], ['imdb\nreports', kReports.map(made)]];
}
