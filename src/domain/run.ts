import type { ErrorFacts } from './errors.ts';
import type { JsonObject } from './json.ts';
import type { Message, UserPart } from './messages.ts';
import type { RunMetrics } from './metrics.ts';

/** What a sender asks of one run beside its message. Small: it goes through the workflow's history. */
export interface RunRequest {
  /** Of each of the run's calls, where the limit in force is not less. */
  readonly maxOutputTokens?: number;
  /** Id of the blob that holds the run's `RunFrame`. */
  readonly storedAs?: string;
}

/** What a sender asks of one run that may be long: the store keeps it, and every call of the run reads it there. */
export interface RunFrame {
  /** Added to the agent's own. */
  readonly instructions?: string;
  /** JSON Schema of the answer, in place of the agent's own. */
  readonly output?: JsonObject;
  /** Said before the message, elsewhere: it becomes part of the transcript with it. */
  readonly earlier?: readonly EarlierMessage[];
}

export interface EarlierMessage {
  readonly role: 'user' | 'assistant';
  readonly parts: readonly UserPart[];
}

export type RunStatus = 'completed' | 'waiting' | 'limit' | 'cancelled' | 'failed';

export type FinishReason =
  'stop' | 'length' | 'tool-calls' | 'content-filter' | 'refusal' | 'limit' | 'cancelled' | 'error';

/** The argument of the update `send` and the signal `message`. Exactly one of `text` and `parts` is given. */
export interface SendInput {
  /** Makes the message idempotent for the life of the session; made up when missing. */
  readonly messageId?: string;
  readonly text?: string;
  readonly parts?: readonly UserPart[];
  readonly metadata?: JsonObject;
  /** The agent that the sender expects; another one in the session is refused with `SessionExists`. */
  readonly agent?: string;
  /** Holds for this run alone. */
  readonly run?: RunRequest;
  /** The run that the sender has read last: once another message was accepted, this one is refused. */
  readonly after?: string;
}

export interface WaitingFor {
  readonly kind: 'approval' | 'budget';
  readonly callId?: string;
  readonly tool?: string;
  /** Arguments; long ones as the beginning of their JSON. */
  readonly input?: unknown;
  /** ISO 8601. */
  readonly until?: string;
  /** Why it is asked, where the arguments alone do not tell: an earlier attempt's outcome is unknown. */
  readonly reason?: string;
  /** The member of a team that waits. */
  readonly agent?: string;
}

/** What became of one message. */
export interface RunResult {
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
  readonly status: RunStatus;
  readonly text: string;
  /** The validated answer of an agent with an output schema. */
  readonly output?: unknown;
  readonly finishReason: FinishReason;
  /** In words: which limit or threshold ended a run that did not complete. */
  readonly reason?: string;
  readonly waitingFor?: readonly WaitingFor[];
  readonly error?: ErrorFacts;
  readonly metrics: RunMetrics;
  /** Ids of the messages that the run stored, in order. */
  readonly messageIds: readonly string[];
  /** Read from the store by library and HTTP; the workflow's own result has ids only. */
  readonly messages?: readonly Message[];
}

/** A run that has not ended, as the query `run` shows it. */
export interface RunProgress {
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
  readonly status: 'queued' | 'running' | 'waiting';
  readonly calls: number;
  readonly toolCalls: number;
  readonly waitingFor?: readonly WaitingFor[];
}
