// Nested JSON to dotted leaves, for table columns and filters. Arrays and empty objects are leaves.
import type { Json, JsonObject } from '../api/types';

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function flatten(object: JsonObject, prefix = ''): Map<string, Json> {
  const leaves = new Map<string, Json>();
  const visit = (value: JsonObject, path: string): void => {
    for (const [key, child] of Object.entries(value)) {
      const name = path === '' ? key : `${path}.${key}`;
      if (isObject(child) && Object.keys(child).length > 0) visit(child, name);
      else leaves.set(name, child);
    }
  };
  visit(object, prefix);
  return leaves;
}

// JSON has no NaN: the API writes the non-finite as strings. Null when the leaf is no number.
export function asNumber(value: Json | undefined): number | null {
  if (typeof value === 'number') return value;
  if (value === 'NaN') return NaN;
  if (value === 'Infinity') return Infinity;
  if (value === '-Infinity') return -Infinity;
  return null;
}
