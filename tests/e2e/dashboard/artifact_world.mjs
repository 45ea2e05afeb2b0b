// A project with runs and artifacts that hang together: a data set, two versions of a model, and names that mean harm.
import { startLogging } from './logger.mjs';
import { folderOf, png, tracker } from './samples.mjs';

export const markup = '<img src=x onerror=alert(1)>';
export const kRows = 40;
const csv = `text,score\n${Array.from({ length: kRows }, (_, i) => `"row ${i}, with comma",${(i * 7) % kRows}`).join('\n')}\n`;

export async function makeRun({ program, url, project }, name) {
  const run = await startLogging({ program, url, project, name, config: { lr: 0.1 }, options: ['--no-system-metrics'] });
  run.log([{ step: 0, loss: 1 }]);
  await run.finish();
  return run.id;
}

const files = {
  'config.json': '{"layers": 2, "name": "net"}', 'README.md': `# A net\n${markup}\n`, 'page.html': '<script>alert(1)</script>',
  'drawing.svg': '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', [`odd/${markup}.txt`]: 'hostile', 'plots/loss.png': png(40, 30, (x, y) => [x * 6, y * 8, 90]),
  'empty.txt': '', 'model.safetensors': Buffer.alloc(300_000, 7), 'log.txt': 'a line of the log\n'.repeat(40_000),
};

// Ids of the runs. `prepare` made the data set, `train` used it and made both models, `test` used it and the second one.
export async function makeArtifacts(where) {
  const { program, url, project } = where;
  const put = (name, folder, ...args) => tracker({ program, url }, 'artifact', 'put', `${project}/${name}`, folder, ...args);
  const use = async (name, run) => tracker({ program, url }, 'artifact', 'get', `${project}/${name}`, '--run', run, '--output', await folderOf({}));
  const runs = { prepare: await makeRun(where, 'prepare'), train: await makeRun(where, 'train'), test: await makeRun(where, 'test') };
  await put('reviews', await folderOf({ 'data.csv': csv }), '--type', 'dataset', '--run', runs.prepare, '--alias', 'raw');
  for (const run of [runs.train, runs.test]) await use('reviews', run);
  await put('net', await folderOf(files), '--type', 'model', '--run', runs.train, '--metadata', '{"accuracy": 0.81, "epochs": 1}', '--description', `first ${markup}`);
  const later = { ...files, 'config.json': '{"layers": 4, "name": "net"}', 'extra.txt': 'new' };
  delete later['log.txt'];
  await put('net', await folderOf(later), '--run', runs.train, '--metadata', '{"accuracy": 0.86, "epochs": 2}', '--alias', 'best,stable', '--tag', `good,${markup}`);
  await use('net:v1', runs.test);
  return runs;
}
