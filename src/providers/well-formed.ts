import type { ModelRequest } from './provider.ts';

/**
 * The request without half surrogate pairs, as a text has them that was cut in the middle of an emoji: providers' parsers
 * refuse such JSON as a whole.
 */
export function wellFormedRequest(request: ModelRequest): ModelRequest {
  return wellFormed(request);
}

/** The value itself where there is nothing to mend. */
function wellFormed<T>(value: T): T {
  if (typeof value === 'string') return (value.isWellFormed() ? value : value.toWellFormed()) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const mended = value.map((item: unknown) => wellFormed(item));
    return mended.every((item, at) => item === value[at]) ? value : (mended as T);
  }
  const entries = Object.entries(value);
  const mended = entries.map(([key, inner]) => [wellFormed(key), wellFormed(inner as unknown)] as const);
  return mended.every(([key, inner], at) => key === entries[at]?.[0] && inner === entries[at]?.[1])
    ? value
    : (Object.fromEntries(mended) as T);
}
