// Reads unknown JSON into the types of types.ts. A field that is absent or of another kind takes the neutral value:
// one odd run must not blank a page. A body whose frame is wrong throws TypeError.
import type { components } from './schema';
import type { Facet, Json, JsonObject, KeyInfo, LogLine, LogPage, PointColumns, Project, Run, RunState, ServerInfo } from './types';

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: unknown): Record<string, unknown> {
  if (!isObject(value)) throw new TypeError('the server answered something that is not an object');
  return value;
}

// The same, with the names of fields that the API's document has: a field that is not in it does not compile. What is
// in them is still unknown.
type Schemas = components['schemas'];
type Fields<Name extends keyof Schemas> = Partial<Record<keyof Schemas[Name], unknown>>;
const fieldsOf = <Name extends keyof Schemas>(value: unknown): Fields<Name> => objectOf(value) as Fields<Name>;

// Numbers that JSON cannot hold come as the strings "NaN", "Infinity", "-Infinity"; null means none.
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'Infinity') return Infinity;
  if (value === '-Infinity') return -Infinity;
  return NaN;
}

export const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
export const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
export const textOrNull = (value: unknown): string | null => text(value) || null;
export const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
// Parsed JSON is Json by construction; only its being an object must be seen.
const jsonObject = (value: unknown): JsonObject => (isObject(value) ? (value as Record<string, Json>) : {});

const kStates: readonly string[] = ['running', 'finished', 'failed', 'crashed', 'stopped'];
const stateOf = (value: unknown): RunState =>
  typeof value === 'string' && kStates.includes(value) ? (value as RunState) : 'stopped';

export function readProject(value: unknown): Project {
  const o = fieldsOf<'Project'>(value);
  return {
    id: text(o.id),
    name: text(o.name),
    runCount: number(o.run_count),
    runningCount: number(o.running_count),
    createdUs: number(o.created_us),
    lastActivityUs: numberOrNull(o.last_activity_us),
  };
}

export function readRun(value: unknown): Run {
  const o = fieldsOf<'Run'>(value);
  return {
    id: text(o.id),
    name: text(o.name),
    project: text(o.project),
    state: stateOf(o.state),
    createdUs: number(o.created_us),
    endedUs: numberOrNull(o.ended_us),
    durationS: number(o.duration_s),
    tags: listOf(o.tags).filter((tag): tag is string => typeof tag === 'string'),
    notes: text(o.notes),
    group: text(o.group),
    jobType: text(o.job_type),
    config: jsonObject(o.config),
    summary: jsonObject(o.summary),
    environment: jsonObject(o.environment),
    endReason: text(o.end_reason),
    version: number(o.version),
  };
}

export function readKey(value: unknown): KeyInfo {
  const o = fieldsOf<'Key'>(value);
  const definition = isObject(o.definition) ? o.definition : {};
  const goal = definition.goal;
  return {
    key: text(o.key),
    kind: o.kind === 'system' ? 'system' : 'history',
    count: number(o.count),
    hidden: definition.hidden === true,
    goal: goal === 'minimize' || goal === 'maximize' ? goal : 'none',
    stepMetric: textOrNull(definition.step_metric),
  };
}

export function readFacet(value: unknown): Facet {
  const o = fieldsOf<'RunFacet'>(value);
  return {
    field: text(o.field),
    runs: number(o.runs),
    values: listOf(o.values).map((entry) => {
      const one = objectOf(entry);
      return { value: typeof one.value === 'number' ? one.value : text(one.value), runs: number(one.runs) };
    }),
    other: number(o.other),
    min: numberOrNull(o.min),
    max: numberOrNull(o.max),
  };
}

export function readKeysOfRuns(value: unknown): Map<string, KeyInfo[]> {
  return new Map(listOf(objectOf(value).runs).map((entry) => {
    const o = objectOf(entry);
    return [text(o.run), listOf(o.keys).map(readKey)];
  }));
}

export function readServer(value: unknown): ServerInfo {
  const o = fieldsOf<'Server'>(value);
  return { version: text(o.version), grpcPort: number(o.grpc_port) };
}

export function readLogLine(value: unknown): LogLine {
  const o = fieldsOf<'LogLine'>(value);
  return { line: number(o.line), timeUs: number(o.time_us), text: text(o.text) };
}

export function readLogPage(value: unknown): LogPage {
  const o = fieldsOf<'LogPage'>(value);
  return { lines: listOf(o.lines).map(readLogLine), total: number(o.total) };
}

export function readPointKeys(value: unknown): Map<string, PointColumns> {
  const keys = new Map<string, PointColumns>();
  for (const [key, columns] of Object.entries(objectOf(value))) {
    const o = objectOf(columns);
    keys.set(key, {
      step: Array.isArray(o.step) ? listOf(o.step).map(numberOf) : null,
      timeUs: listOf(o.time_us).map(numberOf),
      value: listOf(o.value).map(numberOf),
    });
  }
  return keys;
}
