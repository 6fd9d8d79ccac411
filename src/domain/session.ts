import type { LimitsInForce, LimitsPatch } from './agent.ts';
import type { Summary } from './compaction.ts';
import type { JsonObject } from './json.ts';
import type { RunProgress, WaitingFor } from './run.ts';

/** The argument of the workflow `session`. */
export interface SessionInput {
  readonly sessionId: string;
  readonly agent: string;
  readonly user?: string;
  readonly tenant?: string;
  /** Provider to the name of a stored key: a key itself never enters Temporal. */
  readonly keys?: Readonly<Record<string, string>>;
  readonly limits?: LimitsPatch;
  readonly metadata?: JsonObject;
  /** The session that this one carries on: it begins with a summary of it. */
  readonly from?: string;
  /** It answers one message and closes by itself. */
  readonly once?: boolean;
}

/**
 * The summary that stands in the context for what is no longer shown. The workflow knows the beginning of its text, the
 * store the whole.
 */
export interface SummaryInForce extends Summary {
  /** Of the compaction that made it. */
  readonly id: string;
  /** Which of the session's compactions that was. */
  readonly number: number;
}

/** The argument of `compact`. */
export interface CompactRequest {
  /** Runs to keep whole; the agent's `summary.keepRuns` when not given. */
  readonly keepRuns?: number;
}

export type SessionStatus = 'open' | 'closing' | 'closed' | 'failed';

/** The answer of the query `state`. */
export interface SessionState {
  readonly sessionId: string;
  readonly agent: string;
  readonly user?: string;
  readonly tenant?: string;
  /** `opening`: the workflow has not yet found its agent, and may still be refused. */
  readonly status: SessionStatus | 'opening';
  /** Why it is closing or closed. */
  readonly reason?: string;
  readonly queue: readonly { readonly runId: string; readonly messageId: string }[];
  readonly currentRun: RunProgress | null;
  readonly runs: number;
  readonly contextTokens: number;
  readonly contextWindow: number | null;
  readonly contextUse: number | null;
  readonly limits: LimitsInForce['limits'];
  readonly thresholds: LimitsInForce['thresholds'];
  /** Names of the levels that stand fired, such as `context.warn`. */
  readonly thresholdsFired: readonly string[];
  readonly summary: SummaryInForce | null;
  /** Is the context being compacted, or about to be? */
  readonly compacting: boolean;
  /** Why the latest compaction brought nothing; `null`: it did, or there was none. */
  readonly compactionProblem: string | null;
  readonly waitingFor: readonly WaitingFor[];
  readonly simulated?: true;
}

/** What creating a session answers, in the library, `start --json` and HTTP alike. */
export interface SessionCreated {
  readonly sessionId: string;
  readonly workflowId: string;
  readonly agent: string;
  readonly status: SessionStatus;
  /** `false`: it was there already. */
  readonly created: boolean;
}

export const workflowType = 'session';

export function workflowIdOf(sessionId: string): string {
  return `session-${sessionId}`;
}

/** Letters, digits and `. _ : @ + -`, at most 128: safe in URLs, file names, search attributes and Temporal's UI. */
export const sessionIdPattern = /^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,127}$/;
