// Panels of media: one for each key and type, with the runs that have it.
import type { MediaKey } from '../api/media';
import type { RunColor } from './palette';

export interface MediaRun {
  id: string;
  label: string;
  color: RunColor;
}

// A key with one type, and the runs that have it.
export interface MediaPanelInfo {
  key: string;
  type: string;
  runs: MediaRun[];
  // Rises when a run logs more of it.
  count: number;
}

export function panelsOf(keys: readonly MediaKey[], runs: readonly MediaRun[]): MediaPanelInfo[] {
  const byRun = new Map(runs.map((run) => [run.id, run]));
  const panels = new Map<string, MediaPanelInfo>();
  for (const one of keys) {
    const run = byRun.get(one.run);
    if (!run) continue;
    const name = JSON.stringify([one.key, one.type]);
    const panel = panels.get(name) ?? { key: one.key, type: one.type, runs: [], count: 0 };
    panels.set(name, panel);
    panel.runs.push(run);
    panel.count += one.count;
  }
  const order = new Map(runs.map((run, index) => [run.id, index]));
  for (const panel of panels.values()) panel.runs.sort((a, b) => order.get(a.id)! - order.get(b.id)!);
  return [...panels.values()].sort((a, b) => a.key.localeCompare(b.key, undefined, { numeric: true }) || a.type.localeCompare(b.type));
}
