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

export type Goal = 'none' | 'minimize' | 'maximize';

export interface KeyInfo {
  key: string;
  kind: KeyKind;
  count: number;
  hidden: boolean;
  goal: Goal;
  // The key that define_metric wants as x; null: the step.
  stepMetric: string | null;
}

export interface ServerInfo {
  version: string;
  grpcPort: number;
}

// The values of another key as x, as one text, so that two axes can be compared.
export type MetricAxis = `metric:${string}`;
export type XMode = Schemas['XAxis'] | MetricAxis;

export type SmoothingKind = Schemas['Smoothing']['kind'];
// Parameters are as docs/http-api.md says for each kind.
export interface Smoothing {
  kind: SmoothingKind;
  parameter: number;
}

export interface RunsOfGroup {
  name: string;
  runs: readonly string[];
}

export interface SeriesRequest {
  runs: readonly string[];
  keys: readonly string[];
  x: XMode;
  from: number | null;
  to: number | null;
  // Pixels of the plot; with a height values may be rounded to what it can show.
  width: number;
  height: number | null;
  smoothing: Smoothing | null;
  groups: readonly RunsOfGroup[];
}

// Columns of one series as the server sent them; x is steps, microseconds or seconds, after `x` of the answer.
export interface RawColumns {
  x: Float64Array;
  y: Float64Array;
}

// One entry per bucket. A bucket without any finite value has NaN in min, max, mean and last.
export interface BucketColumns {
  x: Float64Array;
  xLast: Float64Array;
  min: Float64Array;
  max: Float64Array;
  mean: Float64Array;
  // Only of exact answers.
  last: Float64Array | null;
  count: Float64Array;
  nonfinite: Float64Array;
  // Extent in x of each bucket where x does not rise, else null.
  xMin: Float64Array | null;
  xMax: Float64Array | null;
}

// 'picture': values are right to half a pixel of the height that was asked for.
export type Precision = 'exact' | 'picture';

interface SeriesBase {
  run: string;
  key: string;
  // 'metric' for the values of another key.
  x: Schemas['SeriesAxis'];
  total: number;
  precision: Precision;
  // One value for each point or bucket; absent if no smoothing was asked for.
  smoothed: Float64Array | null;
  // Points in one step of the smoothing; 1 where it is exact.
  smoothedOver: number;
  // False where x falls somewhere in step order: the line is drawn in step order all the same.
  xRises: boolean;
}
export type Series =
  | (SeriesBase & { mode: 'raw'; points: RawColumns })
  | (SeriesBase & { mode: 'buckets'; buckets: BucketColumns });

// Statistics over the runs of a group, one entry per cell.
export interface GroupColumns {
  x: Float64Array;
  xLast: Float64Array;
  mean: Float64Array;
  std: Float64Array;
  min: Float64Array;
  max: Float64Array;
  median: Float64Array;
  // Runs that an entry stands for.
  count: Float64Array;
  points: Float64Array;
}

export interface GroupSeries {
  group: string;
  key: string;
  x: Schemas['SeriesAxis'];
  runs: number;
  precision: Precision;
  buckets: GroupColumns;
}

export interface SeriesAnswer {
  series: Series[];
  groups: GroupSeries[];
}

export interface Facet {
  field: string;
  runs: number;
  values: { value: string | number; runs: number }[];
  other: number;
  min: number | null;
  max: number | null;
}

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
