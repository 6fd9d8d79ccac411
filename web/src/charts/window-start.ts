import type { BudgetWindow } from '../../../src/domain/budget.ts';

const dayMs = 86_400_000;

/**
 * When the window began that ends at this instant: the one before on the zone's own calendar, whose days may have 23 or
 * 25 hours. Milliseconds since the epoch; `null`: a lifetime, which never began.
 */
export function windowStart(window: BudgetWindow, resetsAt: string | null, timeZone: string): number | null {
  if (window === 'lifetime' || resetsAt === null) return null;
  const end = Date.parse(resetsAt);
  if (window === 'hour') return end - dayMs / 24;
  const local = end + offsetAt(end, timeZone);
  return fromLocal(window === 'month' ? monthBefore(local) : local - (window === 'week' ? 7 : 1) * dayMs, timeZone);
}

/** Both are the first of a month, at midnight. */
function monthBefore(local: number): number {
  const first = new Date(local);
  return Date.UTC(first.getUTCFullYear(), first.getUTCMonth() - 1, 1);
}

/** A zone's clock, read as if it showed UTC, as an instant. */
function fromLocal(local: number, timeZone: string): number {
  const guess = local - offsetAt(local, timeZone);
  return local - offsetAt(guess, timeZone);
}

/** How far ahead of UTC a zone's clock is at an instant, milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value ?? 0);
  const shown = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return shown - Math.floor(at / 1000) * 1000;
}
