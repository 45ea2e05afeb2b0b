// What the HTTP API answers (docs/http-api.md), in the dashboard's own names. Times are microseconds since the epoch.
// Words that both sides know are those of the API's document, from which schema.d.ts is made (npm run api-types).
import type { components } from './schema';

type Schemas = components['schemas'];

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = Record<string, Json>;

export type RunState = Schemas['RunState'];

export interface Project {
  id: string;
  name: string;
  runCount: number;
  runningCount: number;
  createdUs: number;
  lastActivityUs: number | null;
}

export interface Run {
  id: string;
  name: string;
  project: string;
  state: RunState;
  createdUs: number;
  endedUs: number | null;
  durationS: number;
  tags: string[];
  notes: string;
  group: string;
  jobType: string;
  config: JsonObject;
  summary: JsonObject;
  environment: JsonObject;
  endReason: string;
  version: number;
}

export type KeyKind = Schemas['KeyKind'];

export interface KeyInfo {
  key: string;
  kind: KeyKind;
  count: number;
  hidden: boolean;
  goal: 'none' | 'minimize' | 'maximize';
}

export interface ServerInfo {
  version: string;
  grpcPort: number;
}

export type XMode = Schemas['XAxis'];

export interface SeriesRequest {
  runs: readonly string[];
  keys: readonly string[];
  x: XMode;
  from: number | null;
  to: number | null;
  width: number;
}

// Columns of one series as the server sent them; x is steps, microseconds or seconds, after `x` of the answer.
export interface RawColumns {
  x: Float64Array;
  y: Float64Array;
}

// One entry per bucket. A bucket without any finite value has NaN in min, max, mean, first and last.
export interface BucketColumns {
  x: Float64Array;
  xLast: Float64Array;
  min: Float64Array;
  max: Float64Array;
  mean: Float64Array;
  first: Float64Array;
  last: Float64Array;
  count: Float64Array;
  nonfinite: Float64Array;
}

interface SeriesBase {
  run: string;
  key: string;
  x: XMode;
  total: number;
}
export type Series =
  | (SeriesBase & { mode: 'raw'; points: RawColumns })
  | (SeriesBase & { mode: 'buckets'; buckets: BucketColumns });

export type LogStream = Schemas['LogStream'];

export interface LogLine {
  line: number;
  timeUs: number;
  text: string;
}

export interface LogPage {
  lines: LogLine[];
  total: number;
}

// Points committed since the last message; `step` is null for system keys.
export interface PointColumns {
  step: number[] | null;
  timeUs: number[];
  value: number[];
}

export type LiveEvent =
  | { type: 'run'; run: Run }
  | { type: 'points'; run: string; keys: ReadonlyMap<string, PointColumns> }
  | { type: 'logs'; run: string; stream: LogStream; lines: LogLine[] }
  // Deltas were lost or may have been: read again what is shown.
  | { type: 'resync' };
