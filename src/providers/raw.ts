/** Readers for what providers send: fields may be missing, `null`, or of a type that no documentation mentions. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
}

/** The first that is a count; an explicit zero is one. */
export function numberOf(...values: readonly unknown[]): number | null {
  const found = values.find((value) => typeof value === 'number' && Number.isFinite(value) && value >= 0);
  return typeof found === 'number' ? Math.round(found) : null;
}

export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
