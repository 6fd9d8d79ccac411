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
    range: range === 'custom' || range in ranges ? (range as Range) : '30d',
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
  return new URLSearchParams(words.flatMap(([name, value, usual]) => (value === usual ? [] : [[name, value]])));
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

/**
 * Which rows of the ledger stand behind a line of a report; `null`: it is spent by nobody who was named, whom no query
 * can name.
 */
export function rowsBehind({ group }: Pick<UsageLine, 'group'>, query: UsageReportQuery): Query | null {
  const { day, model, type, agent, user, tenant, session } = group;
  if (Object.values(group).includes(null)) return null;
  const slash = model?.indexOf('/') ?? -1;
  return {
    from: day ?? query.from,
    to: day ?? query.to,
    timeZone: query.timeZone,
    simulated: query.simulated,
    provider: model?.slice(0, slash),
    model: model?.slice(slash + 1),
    modelType: type,
    agent,
    user,
    tenant,
    session,
  };
}
