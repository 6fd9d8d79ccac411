import { nanoPerUsd } from './money.ts';

export const usageGroupings = ['day', 'model', 'type', 'agent', 'user', 'tenant', 'session'] as const;
export type UsageGrouping = (typeof usageGroupings)[number];

export interface UsageQuery {
  /** None: one line for all. */
  readonly by: readonly UsageGrouping[];
  /** ISO 8601; the time of the call counts, not that of the session's start. */
  readonly from?: string;
  /** Calls before this instant. */
  readonly to?: string;
  /** IANA zone of the days; UTC when missing. */
  readonly timeZone?: string;
  /** Also what the simulator served. */
  readonly simulated?: boolean;
}

/** Sums over the rows of one group. Tokens; `cost` in US dollars. */
export interface UsageLine {
  /** A value for each grouping of the query; `null`: spent by nobody who was named. */
  readonly group: Readonly<Partial<Record<UsageGrouping, string | null>>>;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cacheReadTokens: number;
  readonly cost: number;
  /** US dollars that the providers' prompt caches saved: part of no other number. */
  readonly cacheSavings: number;
  /** Rows whose price is unknown. */
  readonly costUnknown: number;
  /** Parts of the total: attempts that gave no answer, and those of them that were cancelled. */
  readonly failedTokens: number;
  readonly cancelledTokens: number;
  /** Parts of the total: estimates, summaries, and what was spent before any budget was asked. */
  readonly estimatedTokens: number;
  readonly compactionTokens: number;
  readonly unreservedTokens: number;
}

type Sums = Omit<UsageLine, 'group'>;

const noSums: Sums = {
  calls: 0,
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cacheReadTokens: 0,
  cost: 0,
  cacheSavings: 0,
  costUnknown: 0,
  failedTokens: 0,
  cancelledTokens: 0,
  estimatedTokens: 0,
  compactionTokens: 0,
  unreservedTokens: 0,
};

export function emptyLine(group: UsageLine['group']): UsageLine {
  return { group, ...noSums };
}

/** The sum of two lines, in the group of the first. */
export function addLines(one: UsageLine, other: UsageLine): UsageLine {
  const sums = Object.keys(noSums).map((name) => [name, one[name as keyof Sums] + other[name as keyof Sums]]);
  return { group: one.group, ...(Object.fromEntries(sums) as Record<keyof Sums, number>) };
}

/** The sum of all lines; dollars stay whole nano-dollars. */
export function sumOfLines(lines: readonly UsageLine[]): UsageLine {
  const sum = lines.reduce(addLines, emptyLine({}));
  return { ...sum, cost: wholeNano(sum.cost), cacheSavings: wholeNano(sum.cacheSavings) };
}

function wholeNano(usd: number): number {
  return Math.round(usd * nanoPerUsd) / nanoPerUsd;
}
