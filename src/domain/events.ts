import type { CompactionCause } from './compaction.ts';
import type { PlanReport } from './context.ts';
import type { PassedOver } from './fallbacks.ts';
import type { JsonObject } from './json.ts';
import type { ModelType } from './ledger.ts';
import type { RunResult, WaitingFor } from './run.ts';
import type { ThresholdLevel, ThresholdMeasure } from './thresholds.ts';

interface EventBase {
  readonly at: string;
  readonly sessionId: string;
  readonly runId?: string;
  readonly agent?: string;
}

/** What is kept of an event before its number is taken. */
export type EventBody =
  | { readonly type: 'run.started'; readonly messageId: string; readonly metadata?: JsonObject }
  | {
      readonly type: 'call.started';
      readonly callId: string;
      readonly attempt: number;
      readonly model: string;
      readonly modelType: ModelType;
      readonly inputTokensEstimated: number;
      /** What went into the request, and what did not. */
      readonly plan: PlanReport;
      /** Models that come before this one and were not asked, or no longer are. */
      readonly passedOver?: readonly PassedOver[];
    }
  | {
      readonly type: 'call.ended';
      readonly callId: string;
      readonly attempt: number;
      readonly model: string;
      readonly modelType: ModelType;
      readonly inputTokens: number | null;
      readonly outputTokens: number | null;
      readonly cost: number | null;
      readonly durationMs: number | null;
      readonly contextTokens: number;
      readonly contextWindow: number | null;
      /** Why the answer does not fit the agent's output schema; the model was asked to correct it. */
      readonly misfit?: string;
    }
  | {
      readonly type: 'call.failed';
      readonly callId: string;
      readonly attempt: number;
      readonly model: string;
      readonly error: string;
      readonly message: string;
      /** `null`: the call is not tried again. */
      readonly retryInMs: number | null;
      /** The model that is asked instead. */
      readonly nextModel?: string;
    }
  | { readonly type: 'tool.started'; readonly callId: string; readonly tool: string; readonly input: unknown }
  | {
      readonly type: 'tool.ended';
      readonly callId: string;
      readonly tool: string;
      readonly isError: boolean;
      readonly durationMs: number | null;
    }
  | { readonly type: 'approval.requested'; readonly waitingFor: WaitingFor }
  | { readonly type: 'approval.decided'; readonly callId: string; readonly approved: boolean; readonly reason?: string }
  | {
      readonly type: 'threshold.reached';
      readonly axis: 'context' | 'session';
      readonly level: ThresholdLevel;
      readonly measure: ThresholdMeasure;
      /** The fraction of the limit at which it fires. */
      readonly fraction: number;
      /** Tokens, US dollars, runs or hours, by the measure; of `context` the tokens in it. */
      readonly value: number;
      /** The same of what is allowed; of `context` the model's window. */
      readonly limit: number;
      /** Where the session stands, in words. */
      readonly message: string;
      /** What a person can do about it. */
      readonly suggestion: string;
    }
  | {
      readonly type: 'budget.warned' | 'budget.waiting' | 'budget.overrun';
      readonly details: Readonly<Record<string, unknown>>;
    }
  | {
      readonly type: 'compaction.ended';
      readonly compactionId: string;
      readonly cause: CompactionCause;
      /** Runs that the summary took in; the newest of them has this number within the session. */
      readonly runs: number;
      readonly throughRun: number;
      /** Results of tools that became references. */
      readonly results: number;
      readonly summaryTokens: number;
      /** Tokens of the context. */
      readonly tokensBefore: number;
      readonly tokensAfter: number;
      readonly model?: string;
      /** Why nothing was compacted. */
      readonly problem?: string;
    }
  | { readonly type: 'run.waiting'; readonly waitingFor: readonly WaitingFor[] }
  | { readonly type: 'run.ended'; readonly result: RunResult }
  | { readonly type: 'session.closed'; readonly reason?: string };

/** Numbered in the transaction that stores it: 1, 2, 3, … within a session, without gaps. */
export type StoredEvent = EventBase & EventBody & { readonly id: number };

/** Parts of an answer as they are written. Not kept; a new attempt of a call begins with `text.reset`. */
export type DeltaEvent = EventBase & {
  readonly type: 'text.delta' | 'reasoning.delta' | 'text.reset';
  readonly callId: string;
  readonly attempt: number;
  /** Characters of this kind that came before in this attempt. */
  readonly offset: number;
  readonly delta: string;
};

export type RunEvent = StoredEvent | DeltaEvent;

export function isDelta(event: RunEvent): event is DeltaEvent {
  return event.type === 'text.delta' || event.type === 'reasoning.delta' || event.type === 'text.reset';
}
