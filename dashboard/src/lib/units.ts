// Units that a key's name says: system metrics are named after theirs ("…_bytes", "…_percent").
import { formatNumber } from './format';

export type Unit = 'plain' | 'bytes' | 'bytes/s' | 'percent' | 'celsius' | 'watts' | 'seconds';

const kSuffixes: readonly (readonly [suffix: string, unit: Unit])[] = [
  ['_bytes', 'bytes'], ['_bytes_per_s', 'bytes/s'], ['_percent', 'percent'], ['_celsius', 'celsius'], ['_watts', 'watts'],
];
const kRuntime = /(^|[/_])runtime$/;

export function unitOf(key: string): Unit {
  const suffixed = kSuffixes.find(([suffix]) => key.endsWith(suffix));
  if (suffixed) return suffixed[1];
  return kRuntime.test(key) ? 'seconds' : 'plain';
}

const kBinary = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

function formatBytes(value: number, digits: number): string {
  if (!Number.isFinite(value)) return formatNumber(value);
  const power = value === 0 ? 0 : Math.min(kBinary.length - 1, Math.max(0, Math.floor(Math.log2(Math.abs(value)) / 10)));
  return `${formatNumber(value / 1024 ** power, digits)} ${kBinary[power]!}`;
}

export function formatWithUnit(value: number, unit: Unit, digits = 4): string {
  switch (unit) {
    case 'bytes': return formatBytes(value, digits);
    case 'bytes/s': return `${formatBytes(value, digits)}/s`;
    case 'percent': return `${formatNumber(value, digits)} %`;
    case 'celsius': return `${formatNumber(value, digits)} °C`;
    case 'watts': return `${formatNumber(value, digits)} W`;
    case 'seconds': return `${formatNumber(value, digits)} s`;
    case 'plain': return formatNumber(value, digits);
  }
}

// Steps of an axis of bytes: powers of two, so that ticks are whole KiB, MiB and GiB.
export const kByteSteps: readonly number[] = Array.from({ length: 50 }, (_, power) => 2 ** power);
