import type { LimitsInForce, LimitsPatch } from '../domain/agent.ts';
import type { AgentName, Config, OutputOf } from '../config/index.ts';
import type { ApprovalAnswer } from '../domain/approval.ts';
import type { CompactionResult } from '../domain/compaction.ts';
import type { PlanReport } from '../domain/context.ts';
import type { RunEvent } from '../domain/events.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Message, UserPart } from '../domain/messages.ts';
import type { SessionMetrics } from '../domain/metrics.ts';
import type { EarlierMessage, RunProgress, RunResult } from '../domain/run.ts';
import type { CompactRequest, SessionCreated, SessionState, SessionStatus } from '../domain/session.ts';
import type { Wait } from '../domain/waits.ts';
import type { BudgetApi } from './budget-api.ts';
import type { InspectApi } from './inspect-api.ts';
import type { UsageApi } from './usage-api.ts';

/** A run's result with its messages, and with the agent's own type of output. */
export interface AgentRunResult<Output> extends Omit<RunResult, 'output' | 'messages'> {
  readonly output?: Output;
  readonly messages: readonly Message[];
}

/**
 * A message on its way. Await it for the run's result, or iterate over it for the events as they come (then the run's
 * refusal, if any, is thrown by the loop). It is sent once, whichever you do, and whether or not you do.
 */
export interface Sending<Output> extends PromiseLike<AgentRunResult<Output>>, AsyncIterable<RunEvent> {
  /** Made before the first try and used in every retry, so that the message is answered once. */
  readonly messageId: string;
}

export interface SendOptions {
  readonly messageId?: string;
  readonly metadata?: JsonObject;
  /** Of each of the run's calls; where the limit in force is less, that holds. */
  readonly maxOutputTokens?: number;
  /** For this run alone, added to the agent's own. */
  readonly instructions?: string;
  /** JSON Schema of this run's answer, in place of the agent's own. */
  readonly output?: JsonObject;
  /**
   * Said before the message, elsewhere: it becomes part of the transcript with it, and the model reads it.
   *
   * @example
   * await session.send('And Rome?', { earlier: [
   *   { role: 'user', parts: [{ type: 'text', text: 'How warm is it in Oslo?' }] },
   *   { role: 'assistant', parts: [{ type: 'text', text: '4 °C' }] },
   * ] });
   */
  readonly earlier?: readonly EarlierMessage[];
  /** The run that you have read last: once another message was accepted, this one is refused (`InvalidMessage`). */
  readonly after?: string;
}

/** Text, or text with images, audio and files. */
export type MessageContent = string | readonly UserPart[];

/** A session's state with what only the store has: the whole text of its summary, and what its context was made of. */
export interface SessionDetails extends SessionState {
  /** Of the latest request of a run: what went into it, what did not, and why; `null` before the first. */
  readonly plan: PlanReport | null;
  /** The session that this one carries on. */
  readonly continues: string | null;
}

/** A message that a search found. */
export interface FoundMessage extends Message {
  /** Its place in the transcript: 1 for the first message of the session. */
  readonly number: number;
}

/** One conversation. Nothing is sent before the first call. */
export interface Session<Output = unknown> {
  readonly id: string;
  /** What stands behind its figures: runs, calls, requests as they were sent, ledger rows, compactions, the receipt. */
  readonly inspect: InspectApi;
  /** Creates the session if it is new; `send` does so too. */
  start(): Promise<SessionCreated>;
  send(message: MessageContent, options?: SendOptions): Sending<Output>;
  /** Accepted and answered like `send`, with nobody waiting. Answers the message's id. */
  signal(message: MessageContent, options?: SendOptions): Promise<string>;
  metrics(): Promise<SessionMetrics>;
  state(): Promise<SessionDetails>;
  /** The run with this id, or the latest. */
  run(runId?: string): Promise<AgentRunResult<Output> | RunProgress>;
  /** The transcript, oldest first. */
  messages(): Promise<readonly Message[]>;
  /** Messages that say this, also those that have left the context, the best match first; 10 at most without a limit. */
  search(text: string, options?: { readonly limit?: number }): Promise<readonly FoundMessage[]>;
  /** Stored events after this one (0: all), then new ones with deltas as they come, until the signal aborts. */
  events(options: { readonly afterId?: number; readonly signal: AbortSignal }): AsyncIterable<RunEvent>;
  /**
   * Shortens the context now, or once the step in progress has ended: results of tools become references, and all but
   * the newest `keepRuns` runs (the agent's `summary.keepRuns` when not given) go into the summary. The transcript stays
   * whole. What could not be done is told in `problem`, and then nothing has changed.
   *
   * @example
   * const { tokensSaved, problem } = await session.compact({ keepRuns: 1 });
   */
  compact(request?: CompactRequest): Promise<CompactionResult>;
  setLimits(patch: LimitsPatch): Promise<LimitsInForce>;
  /** Cancels the named run, or the one in progress. */
  cancel(options?: { readonly runId?: string; readonly reason?: string }): Promise<void>;
  /**
   * Somebody's word on a tool call that the session waits for (see `state().waitingFor`): it is executed, or the model
   * is told that it was not approved, and why. Send the message again with its messageId to wait for the run.
   *
   * Throws `InvalidMessage` when the session waits for no such word: the call is unknown, or was decided already.
   *
   * @example
   * const run = await session.send('Refund order 7', { messageId: 'm-1' });
   * const [call] = run.waitingFor ?? [];
   * if (call?.callId !== undefined) await session.approve({ callId: call.callId, approved: true });
   * console.log((await session.send('Refund order 7', { messageId: 'm-1' })).text);
   */
  approve(answer: ApprovalAnswer): Promise<void>;
  /** Refuses new messages, lets the run in progress finish, completes; resolves when that is done. */
  close(options?: { readonly reason?: string }): Promise<SessionMetrics>;
}

export interface SessionOptions {
  /** Made up when missing. */
  readonly id?: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly limits?: LimitsPatch;
  readonly metadata?: JsonObject;
  /**
   * A session, open or closed, that the new one carries on: it begins with a summary of it. `user` and `tenant` are
   * that session's when not given; others are `Forbidden`. A session that exists stays as it is.
   */
  readonly from?: string;
  /** The session answers one message and closes by itself. */
  readonly once?: boolean;
}

export interface SessionListItem {
  readonly sessionId: string;
  readonly agent: string;
  readonly user: string | null;
  readonly tenant: string | null;
  readonly status: SessionStatus;
  /** What it does while it is open; `waiting`: for a person or a budget. */
  readonly activity: 'idle' | 'running' | 'waiting';
  /** Of its runs, also of members'. */
  readonly waitingFor: readonly Wait[];
  /** Names of the levels that stand fired, such as `context.warn`. */
  readonly thresholdsFired: readonly string[];
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly metrics: SessionMetrics;
}

export interface SessionQuery {
  readonly status?: SessionStatus;
  readonly agent?: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly idPrefix?: string;
  /** The beginning of an id, or a part of the name of a user or an agent. */
  readonly search?: string;
  /** By creation (when missing) or by the latest change, newest first. */
  readonly sort?: 'newest' | 'updated';
  /** 50 when missing. */
  readonly limit?: number;
  /** The `cursor` of the page before. */
  readonly after?: string;
}

/** What can be done with sessions and their spending, in the worker's process and from afar. */
export interface SessionApi<C extends Config> {
  /** A session of this agent: a new one, or the one with this id. */
  session<Name extends AgentName<C>>(agent: Name, options?: SessionOptions): Session<OutputOf<C, Name>>;
  /** An existing session, whatever its agent. Sending to an unknown one is `SessionNotFound`. */
  existing(sessionId: string): Session;
  /** Newest first. */
  sessions(
    query?: SessionQuery,
  ): Promise<{ readonly sessions: readonly SessionListItem[]; readonly cursor: string | null }>;
  readonly budgets: BudgetApi;
  readonly usage: UsageApi;
  close(): Promise<void>;
}
