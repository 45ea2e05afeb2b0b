import { describe, expect, it } from 'vitest';
import { ApiError } from '../../src/api/http';
import { failureOf } from '../../src/lib/failure';

describe('failureOf', () => {
  it('sends away from what is not there or may not be seen', () => {
    expect(failureOf(new ApiError('not_found', 'no run x'), 'run')).toMatchObject({ title: 'There is no such run', message: 'no run x', remedy: 'elsewhere' });
    expect(failureOf(new ApiError('permission_denied', 'not you'), 'project')).toMatchObject({ title: 'You may not see this project', remedy: 'elsewhere' });
  });
  it('offers to try again what may pass', () => {
    for (const code of ['unreachable', 'unavailable', 'internal', 'bad_answer'] as const) {
      expect(failureOf(new ApiError(code, 'why'), 'run').remedy).toBe('later');
    }
    expect(failureOf(new Error('odd'), 'run')).toMatchObject({ title: 'The run cannot be read', message: 'odd' });
  });
});
