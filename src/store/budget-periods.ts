import { DateTime } from 'luxon';
import { LoadlineError } from '../domain/errors.ts';
import type { BudgetPeriod, BudgetWindow } from '../domain/budget.ts';

const periods = new Map<string, BudgetPeriod & { readonly from: number; readonly to: number }>();

/**
 * The window of a zone's calendar that holds an instant (milliseconds since the epoch). Days begin at the zone's own
 * midnight, also those of 23 and of 25 hours; weeks begin on Monday.
 *
 * @throws LoadlineError `ConfigInvalid` for a zone that the IANA database does not have.
 */
export function budgetPeriod(window: BudgetWindow, timeZone: string, at: number): BudgetPeriod {
  if (window === 'lifetime') return { start: null, end: null };
  const known = periods.get(`${window}/${timeZone}`);
  if (known !== undefined && known.from <= at && at < known.to) return known;
  const local = DateTime.fromMillis(at, { zone: timeZone });
  if (!local.isValid)
    throw new LoadlineError('ConfigInvalid', `${timeZone} is no time zone; write one like Europe/Oslo`);
  const start = local.startOf(window);
  const end = start.plus({ [window]: 1 }).startOf(window);
  const period = {
    start: new Date(start.toMillis()).toISOString(),
    end: new Date(end.toMillis()).toISOString(),
    from: start.toMillis(),
    to: end.toMillis(),
  };
  periods.set(`${window}/${timeZone}`, period);
  return period;
}
