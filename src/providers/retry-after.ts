/**
 * How long a provider asks us to wait, in milliseconds: `retry-after-ms`, or `Retry-After` in seconds or as an HTTP
 * date. `null` when it says nothing or nonsense.
 *
 * @example
 * retryAfterMs(new Headers({ 'retry-after': '1.5' }), Date.now()); // 1500
 */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const milliseconds = positive(headers.get('retry-after-ms'));
  if (milliseconds !== null) return milliseconds;
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = positive(value);
  if (seconds !== null) return Math.round(seconds * 1000);
  const date = Date.parse(value);
  return Number.isNaN(date) || /^\s*-/.test(value) ? null : Math.max(0, date - now);
}

function positive(value: string | null): number | null {
  if (value === null || !/^\s*\d+(\.\d+)?\s*$/.test(value)) return null;
  return Number(value);
}
