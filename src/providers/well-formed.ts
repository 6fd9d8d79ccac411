import type { ModelRequest } from './provider.ts';

/**
 * The request without half surrogate pairs, as a text has them that was cut in the middle of an emoji: providers' parsers
 * refuse such JSON as a whole. The request itself where there is nothing to mend.
 */
export function wellFormedRequest(request: ModelRequest): ModelRequest {
  return isWellFormed(request) ? request : wellFormed(request);
}

/** Looks at all that every request says: it copies nothing. */
function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isWellFormed);
  for (const key in value) {
    if (!key.isWellFormed() || !isWellFormed((value as Readonly<Record<string, unknown>>)[key])) return false;
  }
  return true;
}

function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return value.toWellFormed() as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => wellFormed(item)) as T;
  const entries = Object.entries(value).map(([key, inner]) => [wellFormed(key), wellFormed(inner as unknown)] as const);
  return Object.fromEntries(entries) as T;
}
