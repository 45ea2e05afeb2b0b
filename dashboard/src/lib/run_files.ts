// What of a run can be had as a file without being an artifact: the objects that it told of itself. Pure.
import type { JsonObject, Run } from '../api/types';

// The media under which the SDK keeps what differed from the commit (docs/capture.md).
export const kPatchKey = 'code/diff.patch';

export interface JsonFile {
  name: string;
  about: string;
  value: JsonObject;
  // As it is saved.
  text: string;
}

const kFiles: readonly { name: string; about: string; of: (run: Run) => JsonObject }[] = [
  { name: 'config.json', about: 'hyperparameters', of: (run) => run.config },
  { name: 'environment.json', about: 'machine, program, commit', of: (run) => run.environment },
  { name: 'summary.json', about: 'what came out', of: (run) => run.summary },
];

// Without those that have nothing in them.
export const jsonFilesOf = (run: Run): JsonFile[] => kFiles.flatMap(({ name, about, of }) => {
  const value = of(run);
  return Object.keys(value).length === 0 ? [] : [{ name, about, value, text: `${JSON.stringify(value, null, 2)}\n` }];
});

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
