import { DateTime } from 'luxon';
import { isTimeZone } from '../config/budgets.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { UsageQuery } from '../domain/usage-report.ts';
import type { UsageReportQuery } from './usage-api.ts';

/** The query with its days as instants of its zone. */
export function storeQuery({ by = [], from, to, timeZone = 'UTC', simulated = false }: UsageReportQuery): UsageQuery {
  if (!isTimeZone(timeZone)) {
    throw new LoadlineError(
      'InvalidMessage',
      `timeZone "${timeZone}" is not in the IANA list; write one like Europe/Oslo`,
    );
  }
  return {
    by,
    timeZone,
    simulated,
    ...(from === undefined ? {} : { from: instantOf(from, timeZone, 'start') }),
    ...(to === undefined ? {} : { to: instantOf(to, timeZone, 'end') }),
  };
}

function instantOf(text: string, timeZone: string, edge: 'start' | 'end'): string {
  const at = DateTime.fromISO(text, { zone: timeZone });
  if (!at.isValid) {
    throw new LoadlineError('InvalidMessage', `"${text}" is no time; write a day like 2026-11-22, or an ISO 8601 time`);
  }
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const instant = isDay && edge === 'end' ? at.plus({ days: 1 }) : at;
  return new Date(instant.toMillis()).toISOString();
}
