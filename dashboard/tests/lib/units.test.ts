import { expect, it } from 'vitest';
import { formatWithUnit, unitOf } from '../../src/lib/units';

it('is said by the end of the name', () => {
  expect(['system/process_rss_bytes', 'system/disk_read_bytes_per_s', 'system/cpu_percent', 'system/gpu_0/power_watts', 'eval/runtime', 'train/loss']
    .map(unitOf)).toEqual(['bytes', 'bytes/s', 'percent', 'watts', 'seconds', 'plain']);
});

it.each([
  [0, 'bytes', '0 B'], [1536, 'bytes', '1.5 KiB'], [3 * 2 ** 30, 'bytes', '3 GiB'], [2 ** 20, 'bytes/s', '1 MiB/s'], [93.25, 'percent', '93.25 %'],
  [NaN, 'bytes', 'NaN'], [0.5, 'plain', '0.5'],
] as const)('%d %s is %s', (value, unit, text) => expect(formatWithUnit(value, unit)).toBe(text));
