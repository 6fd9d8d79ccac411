export const usageGroupings = ['day', 'model', 'type', 'agent', 'user', 'tenant', 'session'] as const;
export type UsageGrouping = (typeof usageGroupings)[number];

export interface UsageQuery {
  readonly by: readonly UsageGrouping[];
  /** ISO 8601; the day of the call counts, not that of the session's start. */
  readonly from?: string;
  readonly to?: string;
  /** IANA zone of the days; UTC when missing. */
  readonly timeZone?: string;
  /** Also what the simulator served. */
  readonly simulated?: boolean;
}

/** Sums over the rows of one group. Tokens; `cost` in US dollars. */
export interface UsageLine {
  /** A value for each grouping of the query. */
  readonly group: Readonly<Partial<Record<UsageGrouping, string | null>>>;
  readonly calls: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  readonly cacheReadTokens: number;
  readonly cost: number;
  /** Rows whose price is unknown. */
  readonly costUnknown: number;
  /** Parts of the total: attempts that gave no answer, those of them that were cancelled, estimates, summaries. */
  readonly failedTokens: number;
  readonly cancelledTokens: number;
  readonly estimatedTokens: number;
  readonly compactionTokens: number;
}
