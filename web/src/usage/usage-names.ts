import type { UsageGrouping, UsageLine } from '../../../src/domain/usage-report.ts';
import { others, type SeriesName } from './usage-series.ts';

export const groupingWords: Readonly<Record<UsageGrouping, string>> = {
  day: 'Day',
  model: 'Model',
  type: 'Type',
  agent: 'Agent',
  user: 'User',
  tenant: 'Tenant',
  session: 'Session',
};

const nobody: Readonly<Record<UsageGrouping, string>> = {
  day: 'no day',
  model: 'no model',
  type: 'no type',
  agent: 'no agent',
  user: 'no user',
  tenant: 'no tenant',
  session: 'no session',
};

/** The value of a group, or that there is none. */
export function valueName(grouping: UsageGrouping, value: string | null | undefined): string {
  return value ?? nobody[grouping];
}

export function seriesName({ name }: SeriesName, grouping: UsageGrouping | null): string {
  if (name === others) return 'others';
  return grouping === null ? 'All' : valueName(grouping, name as string | null);
}

/** A line's group in words: `22 Nov 2026 · openai/gpt-5.2`. */
export function groupName(group: UsageLine['group']): string {
  const names = Object.entries(group).map(([grouping, value]) => valueName(grouping as UsageGrouping, value));
  return names.length === 0 ? 'All usage' : names.join(' · ');
}
