const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const whole = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** An instant (milliseconds since the epoch, or ISO 8601) by the reader's own clock: `14:03:22`. */
export function clockTime(at: number | string): string {
  return clock.format(new Date(at));
}

/** `22 Nov`. */
export function dayOf(at: number | string): string {
  return shortDay.format(new Date(at));
}

/** `22 Nov 2026, 14:03:22`. */
export function dateTime(at: number | string): string {
  return whole.format(new Date(at));
}
