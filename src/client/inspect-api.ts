import type { CompactionCause, Summary } from '../domain/compaction.ts';
import type { PlanReport } from '../domain/context.ts';
import type { LedgerState, ModelType } from '../domain/ledger.ts';
import type { Part, Role } from '../domain/messages.ts';
import type { RunMetrics, UsageSum } from '../domain/metrics.ts';
import type { RunStatus } from '../domain/run.ts';

/**
 * What stands behind a session's figures: its runs, calls, ledger rows and compactions, read from the store. Every
 * figure of its metrics is a sum over rows that can be listed here.
 */
export interface InspectApi {
  /** Newest first, without those of members; a run's `members` are in its metrics. */
  runs(page?: RunPage): Promise<{ readonly runs: readonly RunView[]; readonly cursor: string | null }>;
  /**
   * Calls to models with each of their attempts, and the tools that they asked for: the newest 500 where no limit is
   * given, oldest first. A run's are also those of its team's members.
   */
  calls(query?: { readonly runId?: string; readonly limit?: number }): Promise<readonly CallView[]>;
  /**
   * What the model saw: the request of a call, item by item. Without an attempt, that of the latest one.
   *
   * @throws LoadlineError `RunNotFound` when the session has no such call, or nothing was sent for it.
   */
  request(callId: string, options?: { readonly attempt?: number }): Promise<RequestView>;
  /**
   * The rows behind a figure, oldest first.
   *
   * @example
   * // What stands behind `metrics.details.summaryModel[0]`:
   * const { rows, sums } = await session.inspect.ledger({ modelType: 'summaryModel', provider, model });
   */
  ledger(query?: LedgerQuery): Promise<LedgerView>;
  /** Oldest first. */
  compactions(): Promise<readonly CompactionView[]>;
  /** The same spending counted three times over by parts that share no code. */
  receipt(): Promise<Receipt>;
}

export interface RunPage {
  /** 50 when missing, 500 at most. */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly after?: string;
}

export interface RunView {
  readonly runId: string;
  readonly messageId: string;
  readonly agent: string;
  /** 1, 2, 3, … within the session. */
  readonly number: number;
  readonly status: 'running' | RunStatus;
  readonly reason: string | null;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly metrics: RunMetrics;
}

/** One call to a model, whatever the number of tries it took. */
export interface CallView {
  readonly callId: string;
  /** `null`: it was a compaction between two runs. */
  readonly runId: string | null;
  readonly agent: string;
  /** The path in its team of the member who made it, such as `writer`; `null`: the session's own agent. */
  readonly member: string | null;
  readonly modelType: ModelType;
  /** What went into the request of the latest attempt; `null`: it was never planned, such as spending from outside. */
  readonly plan: PlanReport | null;
  readonly attempts: readonly AttemptView[];
  /** Those that its answer asked for. */
  readonly tools: readonly ToolCallView[];
}

/** One try of a call: its ledger row. Times are milliseconds since the epoch, by the worker's clock. */
export interface AttemptView {
  readonly rowId: string;
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  readonly state: LedgerState;
  /** It gave the call its answer. */
  readonly answered: boolean;
  readonly error: string | null;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly timeToFirstTokenMs: number | null;
  readonly durationMs: number | null;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  /** What the request was thought to have before it was sent. */
  readonly estimatedInputTokens: number | null;
  readonly reservedInputTokens: number;
  readonly reservedOutputTokens: number;
  /** US dollars. */
  readonly cost: number | null;
}

export interface ToolCallView {
  readonly callId: string;
  readonly tool: string;
  /** Milliseconds since the epoch; `null`: it has not started, or was not executed. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly durationMs: number | null;
  readonly isError: boolean;
}

/** A request as it was sent, in the order in which the model reads it. */
export interface RequestView {
  readonly callId: string;
  readonly attempt: number;
  readonly agent: string;
  readonly modelType: ModelType;
  readonly provider: string;
  readonly model: string;
  readonly plan: PlanReport;
  readonly items: readonly RequestItem[];
  /** Tokens of all items as they were estimated. */
  readonly tokens: number;
  /** What the provider counted; `null`: it did not say, or has not yet. */
  readonly inputTokens: number | null;
  /** What is shown has the very bytes that were sent, by their hash. `false`: this version shows some message otherwise. */
  readonly exact: boolean;
  /** The session's call before this one by the same agent and model type; `null`: it is the first. */
  readonly before: { readonly callId: string; readonly added: number; readonly removed: number } | null;
}

export interface RequestItem {
  /** The same item has the same key in every request of the session. */
  readonly key: string;
  readonly kind: 'instructions' | 'tools' | 'output-schema' | 'summary' | 'message';
  /** Estimated. */
  readonly tokens: number;
  /** Beside the call before: `removed` items are listed too, with the tokens they had there. */
  readonly change: 'same' | 'added' | 'removed';
  /** Of a message; `number` is its place in the transcript. What a summariser reads is none of the transcript's. */
  readonly role?: Role;
  readonly runId?: string;
  readonly messageId?: string;
  readonly number?: number;
  /** A message as it was shown: whole, or with results of tools as references or excerpts. */
  readonly shownAs?: 'whole' | 'reference' | 'excerpt';
  /** Instructions, the summary, definitions of tools and schemas as JSON. */
  readonly text?: string;
  /** Of a message, as it was shown. */
  readonly parts?: readonly Part[];
}

export interface LedgerQuery {
  /** With the runs of its team's members, as in the run's metrics. */
  readonly runId?: string;
  readonly callId?: string;
  readonly modelType?: string;
  readonly provider?: string;
  readonly model?: string;
  /** A member's path in its team, with those below it: `lab`, or `lab/writer` where the member `lab` is a team itself. */
  readonly member?: string;
  readonly state?: LedgerState | readonly LedgerState[];
  /** `true`: attempts that gave an answer, as `calls` counts them; `false`: those that ended without, as `failedAttempts` does. */
  readonly answered?: boolean;
  /** 200 when missing, 2,000 at most. */
  readonly limit?: number;
  readonly after?: string;
}

export interface LedgerView {
  readonly rows: readonly LedgerRowView[];
  /** Of all rows that the query names, not of this page alone. */
  readonly rowCount: number;
  /** The sums over all of them: what a metric over the same rows shows. Rows in flight and released ones add no tokens. */
  readonly sums: LedgerSums;
  readonly cursor: string | null;
}

export type LedgerSums = UsageSum & Pick<RunMetrics, 'calls' | 'failedAttempts' | 'estimatedTokens'>;

export interface LedgerRowView extends AttemptView {
  /** `null`: spent outside of every session. */
  readonly sessionId: string | null;
  readonly callId: string;
  readonly runId: string | null;
  readonly agent: string;
  readonly member: string | null;
  readonly user: string | null;
  readonly tenant: string | null;
  readonly modelType: ModelType;
  readonly simulated: boolean;
  readonly unreserved: boolean;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly totalTokens: number | null;
  readonly priceDate: string;
}

export interface CompactionView {
  readonly id: string;
  readonly number: number;
  readonly runId: string | null;
  readonly cause: CompactionCause;
  readonly at: string;
  /** `null`: only results of tools became references. */
  readonly summary: Summary | null;
  readonly runs: number;
  readonly results: number;
  readonly tokensBefore: number;
  readonly tokensAfter: number;
}

export interface ReceiptLine {
  /** Attempts that cost tokens. */
  readonly attempts: number;
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly totalTokens: number | null;
}

/** Input and output of the session as each of three books has it. */
export interface Receipt {
  /**
   * The tally of the simulator itself, where it served every attempt; `null`: another provider served one, or the
   * simulator was started anew since, and its books are not here.
   */
  readonly provider: ReceiptLine | null;
  /** Added up now from the rows. */
  readonly ledger: ReceiptLine;
  /** As the session's metrics show them. */
  readonly metrics: ReceiptLine;
  /** Rows in flight, estimated or lost. While there are any, the ledger may say more than the provider, and never less. */
  readonly unsettled: number;
  /** All books that are here say the same. */
  readonly equal: boolean;
}
