// What a run asked to tell people: docs/http-api.md. Throws ApiError, or the abort of its signal.
import { getJson } from './http';
import { listOf, objectOf, text } from './read';
import type { components } from './schema';

type Wire = components['schemas']['Alert'];

export interface Alert {
  timeUs: number;
  level: Wire['level'];
  title: string;
  text: string;
  // 'due': to be told yet; 'quiet': one of its title was told shortly before; 'failed': `outcome` says why.
  state: Wire['state'];
  outcome: string;
}

export const kMostAlerts = 100;
const kLevels: readonly Wire['level'][] = ['info', 'warning', 'error'];
const kStates: readonly Wire['state'][] = ['due', 'told', 'quiet', 'failed'];

export function readAlerts(body: unknown): Alert[] {
  return listOf(objectOf(body).alerts).map((value) => {
    const o: Partial<Record<keyof Wire, unknown>> = objectOf(value);
    return {
      timeUs: typeof o.time_us === 'number' ? o.time_us : 0, title: text(o.title), text: text(o.text), outcome: text(o.outcome),
      level: kLevels.find((level) => level === o.level) ?? 'info', state: kStates.find((state) => state === o.state) ?? 'due',
    };
  });
}

// The newest hundred, newest first.
export const listAlerts = (run: string): Promise<Alert[]> =>
  getJson(`/api/v1/runs/${encodeURIComponent(run)}/alerts?limit=${kMostAlerts}`, readAlerts);
