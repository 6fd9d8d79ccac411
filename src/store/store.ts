import type {
  BudgetOverride,
  BudgetPeriod,
  BudgetRule,
  BudgetShortfall,
  BudgetStanding,
  BudgetSubject,
  BudgetUnit,
} from '../domain/budget.ts';
import type { BudgetName, BudgetReference } from '../domain/budget-book.ts';
import type { CompactionCause, Summary } from '../domain/compaction.ts';
import type { ContextAnchor } from '../domain/context.ts';
import type { EstimateErrors } from '../domain/estimate-errors.ts';
import type { EventBody, StoredEvent, DeltaEvent } from '../domain/events.ts';
import type { JsonObject } from '../domain/json.ts';
import type { AttemptOwner, Bill, LedgerRow } from '../domain/ledger.ts';
import type { Message } from '../domain/messages.ts';
import type { ContextUse, RunTotals, Totals } from '../domain/metrics.ts';
import type { FinishReason, RunResult, RunStatus } from '../domain/run.ts';
import type { TreeCounters, TreeLimitReached, TreeLimits } from '../domain/run-tree.ts';
import type { ThresholdRules } from '../domain/thresholds.ts';
import type { UsageClasses } from '../domain/usage.ts';
import type { UsageLine, UsageQuery } from '../domain/usage-report.ts';
import type { SessionStore } from './session-store.ts';
import type { InspectionStore } from './inspection-store.ts';
import type { RequestRecord } from './request-records.ts';
import type { ApiObjectStore } from './api-objects.ts';
import type { ToolListingStore } from './tool-listings.ts';
import type { WindowStore } from './model-windows.ts';

/**
 * What was said and spent. Every write but `startTool` is idempotent by id, so that a retry after a crash changes
 * nothing, and every method is one transaction.
 *
 * Methods throw `StoreUnavailable` when the database can't be reached or stays locked; nothing was written then.
 */
export interface Store
  extends
    SessionStore,
    RunStore,
    LedgerStore,
    CompactionStore,
    BudgetStore,
    EventStore,
    BlobStore,
    WindowStore,
    ToolListingStore,
    InspectionStore,
    ApiObjectStore {
  /** Brings the schema up to date; safe to call from several processes at once. */
  migrate(): Promise<void>;
  /** A cheap read that fails when the store can't answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export type { RequestRecord, RequestSpan, SentRequest } from './request-records.ts';
export type { ListedSession, SessionFilter, SessionRow, SessionStore } from './session-store.ts';

export interface RunRow {
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
  readonly agent: string;
  /** 1, 2, 3, … within the session, in the order in which runs began; -1, -2, -3, … of members. */
  readonly number: number;
  readonly status: 'running' | RunStatus;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly totals: RunTotals;
  readonly timeToFirstTokenMs: number | null;
  /** Of an ended run. */
  readonly result: RunResult | null;
  /** The run of the leader that it is a member's run of; `null`: it is the run of a message. */
  readonly parentRunId: string | null;
  /** The names that lead to the member and its own, with `/` between them; `null`: it is the run of a message. */
  readonly member: string | null;
}

export interface StoredMessage extends Message {
  /** 1, 2, 3, … within the session. */
  readonly seq: number;
  /** Estimated tokens of the message in a request. */
  readonly tokens: number;
}

/** A message to be stored; the store gives it its `seq`. */
export interface NewMessage extends Omit<Message, 'metrics'> {
  readonly tokens: number;
}

/** One run of the past as the planner sees it. */
export interface HistoryRun {
  readonly runId: string;
  readonly number: number;
  readonly status: 'running' | RunStatus;
  readonly messages: readonly StoredMessage[];
}

export interface EarlierRuns {
  /** Its names from below the session's own leader on, as in `RunRow.member`. */
  readonly member: string;
  /** The session's run that is going on. */
  readonly notBelow: string;
  readonly limit: number;
}

export interface HistoryBounds {
  /** 0 when not given. */
  readonly afterNumber?: number;
  readonly beforeNumber: number;
  readonly maxRuns: number | null;
  readonly maxTokens: number | null;
}

/** Makes the stored result of a run that ends in a transaction from the totals that this transaction leaves. */
export type BuildResult = (facts: {
  readonly totals: RunTotals;
  readonly timeToFirstTokenMs: number | null;
  readonly messageIds: readonly string[];
}) => RunResult;

export interface RunStore {
  /**
   * Inserts the run, its user message and `run.started`. A message id that the session has seen before answers the
   * run that it belongs to (`begun: false`), whatever its run id.
   */
  beginRun(input: {
    readonly sessionId: string;
    readonly runId: string;
    readonly messageId: string;
    readonly agent: string;
    readonly message: NewMessage;
    /** Said before it, elsewhere. */
    readonly earlier?: readonly NewMessage[];
    /** The sender's own facts; `run.started` has them. */
    readonly metadata?: JsonObject;
    /** Of a member's run. */
    readonly parentRunId?: string;
    /** It has members, or is one: then limits of whole trees hold. */
    readonly inTree?: boolean;
    readonly at: string;
  }): Promise<{ readonly run: RunRow; readonly begun: boolean }>;
  run(sessionId: string, runId: string): Promise<RunRow | null>;
  runByMessageId(sessionId: string, messageId: string): Promise<RunRow | null>;
  /** Those of the members of a run's team, in the order in which they began. */
  memberRuns(sessionId: string, parentRunId: string): Promise<readonly RunRow[]>;
  /** The newest completed runs of a member in earlier runs of the session, oldest first. */
  earlierRunsOf(sessionId: string, asked: EarlierRuns): Promise<readonly RunRow[]>;
  /** What a run and each run above it have taken of their limits: its own first. */
  treeCounters(sessionId: string, runId: string): Promise<readonly TreeCounters[]>;
  /** Newest first, without those of members. */
  runs(sessionId: string, page: { readonly limit: number; readonly beforeNumber?: number }): Promise<readonly RunRow[]>;
  /**
   * Whole runs, oldest first: the newest that come after `afterNumber` and before `beforeNumber` and together hold at
   * most these.
   */
  history(sessionId: string, bounds: HistoryBounds): Promise<readonly HistoryRun[]>;
  messagesOfRun(sessionId: string, runId: string): Promise<readonly StoredMessage[]>;
  /** In order of `seq`. */
  messages(
    sessionId: string,
    page: { readonly afterSeq?: number; readonly limit: number },
  ): Promise<readonly StoredMessage[]>;
  /** Those that end before this `seq`, in order of it too. */
  messagesBefore(
    sessionId: string,
    page: { readonly beforeSeq: number; readonly limit: number },
  ): Promise<readonly StoredMessage[]>;
  /** The message of a session with this `seq`; `null`: none. */
  message(sessionId: string, seq: number): Promise<StoredMessage | null>;
  /** Messages that say this, the best match first. Words may stand anywhere; endings and accents must fit. */
  search(
    sessionId: string,
    query: { readonly text: string; readonly limit: number },
  ): Promise<readonly StoredMessage[]>;
  /**
   * Counts the start of a tool call's attempt, appends its event, and answers its number, 1 for the first; `null`: it
   * must not start. An attempt that was started and did not fail in a known way may have acted, so one more starts only
   * while there are no more of those than `unknownAllowed`. The one write that is not idempotent: asked again, another
   * attempt starts, or none.
   */
  startTool(input: {
    readonly sessionId: string;
    readonly runId: string;
    readonly callId: string;
    readonly unknownAllowed: number;
    readonly event: EventBody;
    readonly at: string;
  }): Promise<number | null>;
  /** An attempt has failed in a way that is known, and may be tried again. */
  failToolAttempt(attempt: {
    readonly sessionId: string;
    readonly callId: string;
    readonly attempt: number;
  }): Promise<void>;
  /**
   * Stores a tool's result (a message with the role `tool`), its events, its time and its metrics. The same message
   * id again changes nothing, nor does a result that comes after its run has ended.
   */
  storeToolResult(input: {
    readonly sessionId: string;
    readonly runId: string;
    readonly message: NewMessage;
    readonly events: readonly EventBody[];
    /** `null`: it was never executed, and counts as no tool call. */
    readonly durationMs: number | null;
    readonly isError: boolean;
    readonly additionalMetrics: Readonly<Record<string, number>>;
    readonly at: string;
  }): Promise<Totals>;
  /** Appends a message to a run that is open; the same message id again changes nothing. */
  addMessage(input: {
    readonly sessionId: string;
    readonly runId: string;
    readonly message: NewMessage;
    readonly at: string;
  }): Promise<void>;
  /**
   * Ends a run that no settlement ended: its open ledger rows become `lost` (each with a `call.failed`), `messages` (results of tool calls that
   * were not executed) are stored, `run.ended` is appended. A run that has not begun is inserted first; one that has
   * ended answers its stored result.
   */
  endRun(input: {
    readonly sessionId: string;
    readonly runId: string;
    readonly messageId: string;
    readonly agent: string;
    readonly message: NewMessage | null;
    /** Of a member's run. */
    readonly parentRunId?: string;
    readonly messages: readonly NewMessage[];
    readonly build: BuildResult;
    /** Without them none fires: whoever ends the run does not know those in force. */
    readonly thresholds?: ThresholdRules;
    readonly at: string;
  }): Promise<{ readonly result: RunResult; readonly totals: Totals }>;
}

/** A compaction as it is kept. */
export interface CompactionRow {
  readonly id: string;
  readonly sessionId: string;
  /** 1, 2, 3, … within the session. */
  readonly number: number;
  /** The run that had to wait for it; `null`: it was done between two runs. */
  readonly runId: string | null;
  readonly cause: CompactionCause;
  readonly at: string;
  /** `null`: only results of tools became references. */
  readonly summary: Summary | null;
  /** Runs that the summary took in. */
  readonly runs: number;
  /** Results of tools that became references. */
  readonly results: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export interface CompactionStore {
  /** The summary that is in force; `null`: there is none. */
  summary(sessionId: string): Promise<CompactionRow | null>;
  /** Oldest first. */
  compactions(sessionId: string): Promise<readonly CompactionRow[]>;
  /**
   * Puts a compaction in force: the summary, what it stands for, the context that is left, `compaction.ended`. The same
   * id again changes nothing.
   */
  storeCompaction(input: {
    readonly compaction: Omit<CompactionRow, 'number'>;
    /** Results of tools up to this message are references from now on. */
    readonly resultsThroughSeq: number;
    readonly event: EventBody;
    /** Those in force: levels that the context falls back below may fire again. */
    readonly thresholds?: ThresholdRules;
  }): Promise<{ readonly compaction: CompactionRow; readonly totals: Totals; readonly context: ContextUse }>;
}

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

/** What a budget counts, as it is kept and as its rows give it, from one moment. They differ only if a law is broken. */
export interface BudgetAudit {
  readonly stored: BudgetStanding;
  readonly recomputed: Pick<BudgetStanding, 'spent' | 'reserved' | 'unreserved'>;
}

export interface BudgetStore {
  /** Makes a config's budgets known to clients that have no config, in place of those that were known before. */
  publishBudgetRules(rules: readonly BudgetRule[]): Promise<void>;
  /** The budgets that a worker published last. */
  budgetRules(): Promise<readonly BudgetRule[]>;
  /** Those that a reservation has touched and whose window has not ended at an instant (ISO 8601). */
  budgets(at: string): Promise<readonly BudgetStanding[]>;
  /**
   * All current ones under the published rules and the limits that were set, whether or not anybody spent on them yet.
   *
   * @param at milliseconds since the epoch.
   */
  budgetsInForce(at: number): Promise<readonly BudgetStanding[]>;
  /** All that a subject's spending counts on at an instant (milliseconds since the epoch), touched or not. */
  budgetsOf(query: {
    readonly rules: readonly BudgetRule[];
    readonly subject: BudgetSubject;
    readonly at: number;
  }): Promise<readonly BudgetStanding[]>;
  /** Sets a limit from outside the config, in place of raises of the same budget; it binds new reservations only. */
  setBudget(override: BudgetOverride): Promise<void>;
  /**
   * Adds to the limit that is in force at an instant, for the window that holds it, and answers the limit then in force.
   *
   * @throws LoadlineError `InvalidMessage` when there is no such budget, or several.
   */
  raiseBudget(raise: {
    /** The same id again adds nothing. */
    readonly id: string;
    readonly reference: BudgetReference;
    /** Tokens or nano-dollars, for the unit that the budget turns out to have. */
    readonly by: (unit: BudgetUnit) => number;
    readonly at: number;
  }): Promise<BudgetName & BudgetPeriod & { readonly limit: number }>;
  budgetOverrides(): Promise<readonly BudgetOverride[]>;
  /** In order of their ids, those after one (`''`: from the first). */
  auditBudgets(page: { readonly after: string; readonly limit: number }): Promise<readonly BudgetAudit[]>;
  /** What was spent, by the day of the call and other groupings. */
  usage(query: UsageQuery): Promise<readonly UsageLine[]>;
}

export type CallStarted = StoredEvent & { readonly type: 'call.started' };

export interface EventStore {
  /** With `id` greater than `afterId`, in order. */
  events(
    sessionId: string,
    page: { readonly afterId: number; readonly limit: number },
  ): Promise<readonly StoredEvent[]>;
  /** The number of a run's first event; `null`: it has none yet. */
  firstEventOf(sessionId: string, runId: string): Promise<number | null>;
  /** The newest `call.started` but those of summaries and of members; `null`: nothing was asked yet. */
  latestCallStarted(sessionId: string): Promise<CallStarted | null>;
  /** The same events of the same moment (`at`) are stored once. */
  appendEvents(sessionId: string, runId: string | null, events: readonly EventBody[], at: string): Promise<void>;
  /** Short-lived rows for readers in other processes. */
  appendDeltas(deltas: readonly DeltaEvent[]): Promise<void>;
  /** In order; `cursor` is handed to the next read. */
  deltas(
    sessionId: string,
    cursor: number,
  ): Promise<{ readonly deltas: readonly DeltaEvent[]; readonly cursor: number }>;
  /**
   * Calls the listener soon after new events or deltas of the session were stored, by whichever process. A convenience:
   * one may be missed, so look by yourself now and then.
   *
   * @returns ends it.
   */
  watch(sessionId: string, listener: () => void): () => void;
  /** Deletes deltas written before this time (milliseconds since the epoch). */
  pruneDeltas(before: number): Promise<void>;
}

export interface BlobStore {
  /** Content-addressed: the same bytes answer the same id. */
  putBlob(bytes: Uint8Array, mediaType: string): Promise<string>;
  blob(id: string): Promise<{ readonly bytes: Uint8Array; readonly mediaType: string } | null>;
}
