import type { Run } from '../../src/api/types';

export function makeRun(changes: Partial<Run> = {}): Run {
  return {
    id: 'id', name: 'name', project: 'p', state: 'finished', createdUs: 0, endedUs: null, durationS: 0, tags: [], notes: '', group: '',
    jobType: '', config: {}, summary: {}, environment: {}, endReason: '', version: 1, ...changes,
  };
}
