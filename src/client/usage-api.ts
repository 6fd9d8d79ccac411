import type { LedgerState } from '../domain/ledger.ts';
import type { UsageGrouping, UsageLine } from '../domain/usage-report.ts';
import type { LedgerView } from './inspect-api.ts';

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

/** The rows behind a line of a report: its groups by their values, `null` for what nobody named. */
export interface UsageLedgerQuery extends Omit<UsageReportQuery, 'by'> {
  /** A day of the time zone, such as `2026-11-22`. */
  readonly day?: string;
  /** `provider/model`. */
  readonly model?: string;
  readonly type?: string;
  readonly agent?: string | null;
  readonly user?: string | null;
  readonly tenant?: string | null;
  readonly session?: string | null;
  /** Those that the line sums (settled, estimated and lost) when missing. */
  readonly state?: LedgerState | readonly LedgerState[];
  /** `false`: attempts without an answer, which `failedTokens` sums. */
  readonly answered?: boolean;
  /** Of what ended the attempt: `aborted` are those that `cancelledTokens` sums. */
  readonly error?: string;
  readonly unreserved?: boolean;
  /** 200 when missing, 2,000 at most. */
  readonly limit?: number;
  readonly after?: string;
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
  /**
   * The rows behind a line of a report, oldest first, with the same sums.
   *
   * @example
   * const { rows, sums } = await client.usage.ledger({ day: '2026-11-22', model: 'openai/gpt-5.2', user: 'ann' });
   */
  ledger(query?: UsageLedgerQuery): Promise<LedgerView>;
}
