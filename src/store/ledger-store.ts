import type { BudgetRule, BudgetShortfall } from '../domain/budget.ts';
import type { ContextAnchor } from '../domain/context.ts';
import type { EstimateErrors } from '../domain/estimate-errors.ts';
import type { EventBody } from '../domain/events.ts';
import type { AttemptOwner, Bill, LedgerRow } from '../domain/ledger.ts';
import type { ContextUse, Totals } from '../domain/metrics.ts';
import type { TreeLimitReached, TreeLimits } from '../domain/run-tree.ts';
import type { FinishReason, RunResult } from '../domain/run.ts';
import type { ThresholdRules } from '../domain/thresholds.ts';
import type { UsageClasses } from '../domain/usage.ts';
import type { RequestRecord } from './request-records.ts';
import type { BuildResult, NewMessage, RunRow } from './run-store.ts';

/** The one answer of a call, kept so that a retry after a crash finds it and calls nobody. */
export interface StoredAnswer {
  readonly callId: string;
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly messageId: string;
  readonly contextTokens: number;
  /** Of a run that this answer ended, or that had ended before it came; its metrics as they stand now. */
  readonly result: RunResult | null;
  readonly toolCalls: readonly { readonly callId: string; readonly tool: string }[];
}

export interface EndedAttempt extends Bill {
  readonly rowId: string;
  readonly state: 'released' | 'estimated' | 'lost';
  readonly usage: UsageClasses | null;
  readonly error: string;
  readonly endedAt: number;
  readonly timeToFirstTokenMs: number | null;
  readonly events: readonly EventBody[];
}

export interface Settlement extends Bill {
  readonly rowId: string;
  /** `settled`: the provider told the usage; `estimated`: it answered without telling. */
  readonly state: 'settled' | 'estimated';
  readonly usage: UsageClasses;
  readonly endedAt: number;
  readonly durationMs: number;
  readonly timeToFirstTokenMs: number | null;
  readonly providerMetrics: Readonly<Record<string, unknown>> | null;
  readonly answer: {
    readonly text: string;
    readonly finishReason: FinishReason;
    /** `null`: it is no message of the transcript, but a summary. */
    readonly message: NewMessage | null;
    readonly toolCalls: readonly { readonly callId: string; readonly tool: string }[];
    /** What the model is told of its answer before it is called again. */
    readonly rejoinder?: NewMessage;
    /** What it leaves of the session's context; `null`: as it was. */
    readonly context: {
      readonly use: ContextUse;
      /** What the next request's count may start from; the store adds the answer's `seq`. */
      readonly anchor: Omit<ContextAnchor, 'lastSeq'> | null;
    } | null;
    /** Ends the run in the same transaction; `null` while tools are to be called or the answer is to be corrected. */
    readonly build: BuildResult | null;
  };
  readonly events: readonly EventBody[];
  /** Those in force: levels that the answer reaches fire in the transaction that stores it. */
  readonly thresholds: ThresholdRules;
}

/** What an attempt used whose answer is not taken. */
export interface Refused extends Omit<Settlement, 'answer' | 'thresholds'> {
  /** Why: `refusal` or `content-filter`. */
  readonly error: string;
}

export interface LedgerStore {
  /** All attempts of a call, oldest first, and its answer where it has one. */
  call(callId: string): Promise<{ readonly attempts: readonly LedgerRow[]; readonly answer: StoredAnswer | null }>;
  /**
   * Inserts a `reserved` row and its events, unless the call has its answer already. Other rows of the call that are
   * still `reserved` belong to attempts that are gone or paused: they become `lost`, at their full reservation, each
   * with a `call.failed`.
   */
  reserve(input: {
    readonly row: LedgerRow;
    /** The config's budgets; those set from outside it are added. */
    readonly rules: readonly BudgetRule[];
    readonly owner: AttemptOwner;
    /** Milliseconds since the epoch. */
    readonly leaseUntil: number;
    readonly events: readonly EventBody[];
    /** What is about to be sent. */
    readonly request?: RequestRecord;
    /** Of a call within a team: limits of its run and of those above it. */
    readonly tree?: readonly TreeLimits[];
  }): Promise<{
    readonly answer: StoredAnswer | null;
    /** The first budget that does not cover it: then nothing is reserved. */
    readonly shortfall: BudgetShortfall | null;
    /** The first limit of the tree that has no room for it: then nothing is reserved. */
    readonly limit: TreeLimitReached | null;
    readonly totals: Totals;
  }>;
  /**
   * Inserts a row for tokens that a session spent outside of a call of ours, e.g. inside a tool; once by its id. It
   * counts on every budget that applies, whether or not that covers it: the row is `unreserved`.
   */
  recordSpend(row: LedgerRow, rules: readonly BudgetRule[]): Promise<Totals>;
  /** The same for spending of no session: the row's session is `unnamed`. */
  recordSpendOutside(row: LedgerRow, rules: readonly BudgetRule[]): Promise<void>;
  /** Prolongs the lease of a row that is still `reserved`. */
  prolong(rowId: string, leaseUntil: number): Promise<void>;
  /**
   * Stores what an attempt used and said. The first commit of a call gives its answer; a later one only settles its
   * row (also one that was `lost` or `estimated`) and answers with what the first one stored. Message metrics are
   * derived from the row.
   */
  settle(settlement: Settlement): Promise<{
    readonly answer: StoredAnswer;
    readonly totals: Totals;
    /** The row had been charged already: who knows only the totals of then has to be told. */
    readonly corrected: boolean;
  }>;
  /**
   * Settles the row of an attempt whose answer is not taken: a refusal, where another model is asked. The call stays open.
   */
  settleRefused(refused: Refused): Promise<{ readonly totals: Totals; readonly corrected: boolean }>;
  /**
   * Ends an attempt without an answer. A row that is no longer `reserved` stays as it is. Without `usage`, `estimated`
   * and `lost` rows are charged at their full reservation.
   */
  endAttempt(input: EndedAttempt): Promise<Totals>;
  /** Rows still `reserved` whose lease has ended, oldest first. */
  expiredReservations(now: number, limit: number): Promise<readonly LedgerRow[]>;
  /** Rows still `reserved` whose owner ran on this boot of this machine. */
  reservationsOfBoot(bootId: string): Promise<readonly { readonly row: LedgerRow; readonly owner: AttemptOwner }[]>;
  ledger(sessionId: string): Promise<readonly LedgerRow[]>;
  /** How far the estimates of the newest settled requests were off, by model. */
  estimateErrors(): Promise<readonly EstimateErrors[]>;
  /** A session's totals as they are kept and as its rows give them, from one moment; `null`: no such session. */
  recomputeTotals(sessionId: string): Promise<{ readonly stored: Totals; readonly recomputed: Totals } | null>;
  /** Runs that have not ended and have no row in flight, untouched since `before` (ISO 8601). */
  idleOpenRuns(before: string, limit: number): Promise<readonly RunRow[]>;
}
