import type { UsageGrouping, UsageLine } from '../domain/usage-report.ts';

/** Tokens that were spent outside of our sessions' calls. */
export interface OutsideSpend {
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars; the catalogue's price of now when missing, unknown where it has none. */
  readonly cost?: number;
  /** An existing session, whose metrics it then is part of; it brings its own user, tenant and agent along. */
  readonly session?: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly agent?: string;
  /** The same key again is recorded once. */
  readonly idempotencyKey?: string;
}

export interface UsageReportQuery {
  /** None: one line for all. */
  readonly by?: readonly UsageGrouping[];
  /** An instant (ISO 8601), or a day: then from its start. */
  readonly from?: string;
  /** An instant, before which calls began, or a day: then to its end. */
  readonly to?: string;
  /** IANA zone of the days; UTC when missing. */
  readonly timeZone?: string;
  /** Also what the simulator served. */
  readonly simulated?: boolean;
}

/**
 * What was spent.
 *
 * @example
 * await client.usage.record({ provider: 'openai', model: 'gpt-5.2', inputTokens: 900, outputTokens: 80, user: 'ann' });
 * const lines = await client.usage.report({ by: ['day', 'model'], from: '2026-11-01', to: '2026-11-30' });
 */
export interface UsageApi {
  /**
   * Puts spending on the ledger that happened elsewhere (model type `external`). It counts on every budget that applies
   * and may pass a limit, since it is spent already: it is marked as unreserved, and the next call is refused.
   *
   * @throws LoadlineError `InvalidMessage` for numbers that no ledger can hold, `SessionNotFound`. Nothing was written.
   */
  record(spend: OutsideSpend): Promise<void>;
  /** Sums by the time of the call, one line a group. */
  report(query?: UsageReportQuery): Promise<readonly UsageLine[]>;
}
