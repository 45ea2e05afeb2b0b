import { expect, it } from 'vitest';
import { readAlerts } from '../../src/api/alerts';

it('reads alerts, and what is not as expected as nothing that harms', () => {
  const alert = { time_us: 17, level: 'error', title: 'Loss is NaN', text: 'at step 88', state: 'failed', outcome: 'no answer' };
  expect(readAlerts({ alerts: [alert] })).toEqual([{ timeUs: 17, level: 'error', title: 'Loss is NaN', text: 'at step 88', state: 'failed', outcome: 'no answer' }]);
  expect(readAlerts({ alerts: [{ ...alert, level: 'shout', state: 9, title: {}, time_us: '17' }] })).toEqual([
    { timeUs: 0, level: 'info', title: '', text: 'at step 88', state: 'due', outcome: 'no answer' },
  ]);
  for (const none of [{}, { alerts: [] }, { alerts: 'x' }]) expect(readAlerts(none)).toEqual([]);
  // No answer of this API: the page says that it cannot be read.
  for (const bad of [null, 1, { alerts: [1] }]) expect(() => readAlerts(bad)).toThrow(TypeError);
});
