import type { EventBody } from '../domain/events.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Message } from '../domain/messages.ts';
import type { RunTotals, Totals } from '../domain/metrics.ts';
import type { TreeCounters } from '../domain/run-tree.ts';
import type { RunResult, RunStatus } from '../domain/run.ts';
import type { ThresholdRules } from '../domain/thresholds.ts';

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
