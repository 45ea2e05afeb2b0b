// Numbers, times and sizes for people. Pure: the present is passed in. Digits are tabular, so widths stay calm.
import type { Json } from '../api/types';

const kMinus = '\u2212';
export const withMinus = (text: string): string => text.replace(/-/g, kMinus);

// Up to `digits` significant digits without trailing zeros; very large and very small ones in scientific form.
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${kMinus}∞`;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e7 || size < 1e-3) {
    const [mantissa = '', exponent = ''] = value.toExponential(digits - 1).split('e');
    return withMinus(`${trimZeros(mantissa)}e${exponent.replace('+', '')}`);
  }
  if (Number.isInteger(value)) return withMinus(groupThousands(String(value)));
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const [whole = '', fraction = ''] = trimZeros(value.toFixed(Math.min(decimals, 12))).split('.');
  return withMinus(groupThousands(whole) + (fraction === '' ? '' : `.${fraction}`));
}

const trimZeros = (text: string): string => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
const groupThousands = (text: string): string => text.replace(/\B(?=(\d{3})+$)/g, ',');

export const formatCount = (n: number): string => groupThousands(String(Math.round(n)));

export function formatCompact(n: number): string {
  const size = Math.abs(n);
  if (size < 10_000) return formatCount(n);
  const [scale, unit] = size < 1e6 ? [1e3, 'k'] : size < 1e9 ? [1e6, 'M'] : [1e9, 'G'];
  return `${trimZeros((n / scale).toFixed(size / scale < 100 ? 1 : 0))}${unit}`;
}

export const plural = (n: number, word: string): string => `${formatCount(n)} ${word}${n === 1 ? '' : 's'}`;

// "0.4s", "42s", "3m 05s", "2h 14m", "3d 4h": two parts at most.
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return '–';
  if (seconds < 1) return `${trimZeros(seconds.toFixed(1))}s`;
  const s = Math.floor(seconds);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h ${two(Math.floor((s % 3600) / 60))}m`;
  return `${Math.floor(s / 86_400)}d ${Math.floor((s % 86_400) / 3600)}h`;
}

export function formatAgo(timeUs: number, nowUs: number): string {
  const s = (nowUs - timeUs) / 1e6;
  if (s < 5) return 'just now';
  if (s < 60) return `${Math.floor(s)}s ago`;
  if (s < 3600) return `${Math.floor(s / 60)}m ago`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h ago`;
  if (s < 30 * 86_400) return `${Math.floor(s / 86_400)}d ago`;
  return formatDate(timeUs);
}

const kDateTime = new Intl.DateTimeFormat(undefined, {
  year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit',
});
const kDate = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
const kClock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });

export const formatDateTime = (timeUs: number): string => kDateTime.format(timeUs / 1000);
export const formatDate = (timeUs: number): string => kDate.format(timeUs / 1000);
export const formatClock = (timeUs: number): string => kClock.format(timeUs / 1000);

// A leaf of config or summary in one line.
export function formatJson(value: Json | undefined): string {
  if (value === undefined || value === null) return '–';
  if (typeof value === 'number') return formatNumber(value);
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return JSON.stringify(value);
}
