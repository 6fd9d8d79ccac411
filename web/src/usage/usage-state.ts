import type { UsageReportQuery } from '../../../src/client/usage-api.ts';
import { usageGroupings, type UsageGrouping, type UsageLine } from '../../../src/domain/usage-report.ts';
import type { Query } from '../api/request.ts';

export const ranges = { '7d': 7, '30d': 30, '90d': 90 } as const;
export type Range = keyof typeof ranges | 'custom';

/** What the page shows: all of it stands in its URL. */
export interface UsageState {
  readonly by: readonly UsageGrouping[];
  readonly range: Range;
  /** Days, both included; of a custom range. */
  readonly from: string;
  readonly to: string;
  readonly timeZone: string;
  readonly simulated: boolean;
}

export function readState(params: URLSearchParams): UsageState {
  const by = (params.get('by') ?? 'day,model').split(',').filter(isGrouping);
  const range = params.get('range') ?? '30d';
  return {
    by,
    range: range === 'custom' || Object.hasOwn(ranges, range) ? (range as Range) : '30d',
    from: params.get('from') ?? '',
    to: params.get('to') ?? '',
    timeZone: params.get('zone') ?? 'UTC',
    simulated: params.get('simulated') === 'true',
  };
}

export function writeState({ by, range, from, to, timeZone, simulated }: UsageState): URLSearchParams {
  const words: readonly (readonly [string, string, string])[] = [
    ['by', by.join(','), 'day,model'],
    ['range', range, '30d'],
    ['from', range === 'custom' ? from : '', ''],
    ['to', range === 'custom' ? to : '', ''],
    ['zone', timeZone, 'UTC'],
    ['simulated', String(simulated), 'false'],
  ];
  return new URLSearchParams(Object.fromEntries(words.filter(([, value, usual]) => value !== usual)));
}

function isGrouping(word: string): word is UsageGrouping {
  return (usageGroupings as readonly string[]).includes(word);
}

/** @param now milliseconds since the epoch. */
export function reportQuery({ by, range, from, to, timeZone, simulated }: UsageState, now: number): UsageReportQuery {
  const today = dayIn(timeZone, now);
  const days = range === 'custom' ? null : ranges[range];
  const first = days === null ? from : new Date(Date.parse(today) - (days - 1) * 86_400_000).toISOString().slice(0, 10);
  const last = days === null ? to : today;
  return {
    by,
    timeZone,
    simulated,
    ...(first === '' ? {} : { from: first }),
    ...(last === '' ? {} : { to: last }),
  };
}

/** The day of an instant on a zone's calendar: `2026-11-22`. */
export function dayIn(timeZone: string, at: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
}

/** The rows of the ledger that stand behind a line of a report. */
export function rowsBehind({ group }: Pick<UsageLine, 'group'>, query: UsageReportQuery): Query {
  const { timeZone, simulated, from, to } = query;
  const unnamed = Object.entries(group).flatMap(([grouping, value]) => (value === null ? [grouping] : []));
  const range = group.day == null ? { from, to } : {};
  return { ...range, ...group, ...(unnamed.length === 0 ? {} : { unnamed }), timeZone, simulated };
}
