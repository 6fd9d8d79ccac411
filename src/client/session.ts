import type { WorkflowHandle } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { compactProblem, maxMessageBytes, partsProblem, sizeProblem } from '../domain/admission.ts';
import type { LimitsInForce, LimitsPatch } from '../domain/agent.ts';
import type { ApprovalAnswer } from '../domain/approval.ts';
import type { CompactionResult } from '../domain/compaction.ts';
import { LoadlineError, type ErrorFacts } from '../domain/errors.ts';
import type { RunEvent } from '../domain/events.ts';
import type { Message } from '../domain/messages.ts';
import { membersOf, toSessionMetrics, type SessionMetrics } from '../domain/metrics.ts';
import type { RunProgress, RunResult, SendInput } from '../domain/run.ts';
import {
  workflowIdOf,
  workflowType,
  type CompactRequest,
  type SessionCreated,
  type SessionInput,
  type SessionState,
  type SessionStatus,
} from '../domain/session.ts';
import type {
  AgentRunResult,
  FoundMessage,
  MessageContent,
  Sending,
  SendOptions,
  Session,
  SessionDetails,
} from './api.ts';
import { askCompaction } from './ask-compaction.ts';
import type { Backend } from './backend.ts';
import { withSource } from './carry-on.ts';
import { followEvents } from './event-feed.ts';
import { closedError } from './closed-error.ts';
import { deliver } from './deliver.ts';
import { readMessages, searchTranscript, toMessage, withDetails } from './reading.ts';
import { inspectSession } from './inspect.ts';
import type { InspectApi } from './inspect-api.ts';
import { RunSending } from './sending.ts';
import { requestOf, storeInline } from './run-request.ts';
import { startOptions } from './start-options.ts';
import { isAlreadyStarted, isNotFound, toLoadlineError } from './temporal-errors.ts';
import { patiently } from './patiently.ts';

/** A session is opened by one read and one write of the store. */
const openingMs = 10;

/** A session by its id. With `input` it is created when it is new; without, it must be there. */
export class TemporalSession implements Session {
  readonly id: string;
  readonly inspect: InspectApi;
  readonly #backend: () => Promise<Backend>;
  readonly #input: SessionInput | null;

  constructor(backend: () => Promise<Backend>, id: string, input: SessionInput | null) {
    this.#backend = backend;
    this.id = id;
    this.inspect = inspectSession(backend, id);
    this.#input = input;
  }

  async start(): Promise<SessionCreated> {
    const input = this.#input;
    if (input === null) throw new LoadlineError('InvalidMessage', `Name an agent to start session ${this.id}`);
    const backend = await this.#backend();
    const facts = { sessionId: this.id, workflowId: workflowIdOf(this.id), agent: input.agent };
    const started = await withSource(backend.store, input);
    try {
      await patiently(() =>
        backend.temporal.workflow.start(workflowType, {
          ...startOptions(backend, started),
          workflowIdConflictPolicy: 'FAIL',
        }),
      );
    } catch (error) {
      if (!isAlreadyStarted(error)) throw toLoadlineError(error);
      const state = await this.#existing(backend, input);
      return { ...facts, status: state, created: false };
    }
    return { ...facts, status: (await this.#opened()).status, created: true };
  }

  /** The workflow opens the session in its first task; an agent that nobody has is told from there. */
  async #opened(): Promise<{ readonly status: SessionStatus; readonly agent: string }> {
    for (;;) {
      const { status, agent } = await this.#ask<SessionState>('state');
      if (status !== 'opening') return { status, agent };
      await sleep(openingMs);
    }
  }

  async #existing(backend: Backend, { agent, from }: SessionInput): Promise<SessionCreated['status']> {
    const row = await backend.store.session(this.id);
    if (row !== null && row.agent !== agent) throw otherAgent(this.id, row.agent, agent);
    if (row !== null && row.status !== 'open') throw closedError(row);
    if (row !== null && from !== undefined && row.continues !== from) {
      throw new LoadlineError(
        'SessionExists',
        `Session ${this.id} exists and does not carry on ${from}. Choose another id`,
      );
    }
    const state = await this.#opened();
    if (state.agent !== agent) throw otherAgent(this.id, state.agent, agent);
    return state.status;
  }

  send(message: MessageContent, options: SendOptions = {}): Sending<unknown> {
    const messageId = options.messageId ?? `m-${randomUUID()}`;
    return new RunSending(this.#backend, this.id, messageId, async (backend, isKnown) => {
      const argument = await this.#argument(backend, message, { ...options, messageId });
      const input = this.#input === null || isKnown ? this.#input : await withSource(backend.store, this.#input);
      const result = await deliver(backend, { sessionId: this.id, input, isKnown }, argument);
      return await withMessages(backend, result);
    });
  }

  async signal(message: MessageContent, options: SendOptions = {}): Promise<string> {
    const messageId = options.messageId ?? `m-${randomUUID()}`;
    const backend = await this.#backend();
    const argument = await this.#argument(backend, message, { ...options, messageId });
    const input = this.#input;
    const row = await backend.store.session(this.id);
    // Nobody would hear of it from a workflow that fails to open.
    if (row !== null && row.status !== 'open') throw closedError(row);
    const started = input === null || row !== null ? input : await withSource(backend.store, input);
    try {
      await patiently(async () => {
        if (started === null) return await this.#handle(backend).signal('message', argument);
        const options = startOptions(backend, started);
        await backend.temporal.workflow.signalWithStart(workflowType, {
          ...options,
          signal: 'message',
          signalArgs: [argument],
        });
      });
    } catch (error) {
      throw await this.#explain(backend, error);
    }
    return messageId;
  }

  async metrics(): Promise<SessionMetrics> {
    const { store } = await this.#backend();
    const row = await store.session(this.id);
    // A closed workflow hears of no late correction, and past its retention it is gone.
    if (row !== null && row.status !== 'open')
      return toSessionMetrics(row.sessionId, row.totals, row.context, row.members);
    try {
      const metrics = await this.#ask<SessionMetrics>('metrics');
      const now = row === null ? null : await store.session(this.id);
      return { ...metrics, ...membersOf(now?.members ?? null) };
    } catch (error) {
      // Nobody is there to answer for the workflow: the store has the same sums.
      if (row === null) throw error;
      return toSessionMetrics(row.sessionId, row.totals, row.context, row.members);
    }
  }

  async state(): Promise<SessionDetails> {
    const state = await this.#ask<SessionState>('state');
    return await withDetails((await this.#backend()).store, state);
  }

  async run(runId?: string): Promise<AgentRunResult<unknown> | RunProgress> {
    const backend = await this.#backend();
    const row =
      runId === undefined
        ? (await backend.store.runs(this.id, { limit: 1 }))[0]
        : await backend.store.run(this.id, runId);
    if (row?.result != null) return await withMessages(backend, row.result);
    return await this.#ask<RunProgress>('run', runId);
  }

  async messages(): Promise<readonly Message[]> {
    const { store } = await this.#backend();
    return await readMessages(store, this.id);
  }

  async search(text: string, { limit }: { readonly limit?: number } = {}): Promise<readonly FoundMessage[]> {
    const { store } = await this.#backend();
    return await searchTranscript(store, this.id, { text, limit });
  }

  async *events(options: { readonly afterId?: number; readonly signal: AbortSignal }): AsyncGenerator<RunEvent> {
    const backend = await this.#backend();
    yield* followEvents(backend, this.id, { afterId: options.afterId ?? 0, signal: options.signal });
  }

  async compact(request: CompactRequest = {}): Promise<CompactionResult> {
    refuse(compactProblem(request));
    const backend = await this.#backend();
    try {
      return await askCompaction(backend, this.id, request);
    } catch (error) {
      throw await this.#explain(backend, error);
    }
  }

  async setLimits(patch: LimitsPatch): Promise<LimitsInForce> {
    const backend = await this.#backend();
    try {
      return await patiently(() =>
        this.#handle(backend).executeUpdate<LimitsInForce, [LimitsPatch]>('setLimits', { args: [patch] }),
      );
    } catch (error) {
      throw await this.#explain(backend, error);
    }
  }

  async cancel(options: { readonly runId?: string; readonly reason?: string } = {}): Promise<void> {
    await this.#signal('cancelRun', options);
  }

  async approve(answer: ApprovalAnswer): Promise<void> {
    const { callId } = answer;
    const { waitingFor } = await this.#ask<SessionState>('state');
    if (!waitingFor.some((one) => one.callId === callId)) {
      throw new LoadlineError(
        'InvalidMessage',
        `Session ${this.id} does not wait for somebody's word on call ${callId}: it is unknown, or was decided already`,
      );
    }
    await this.#signal('approve', answer);
  }

  async close(options: { readonly reason?: string } = {}): Promise<SessionMetrics> {
    const backend = await this.#backend();
    await this.#signal('close', options);
    try {
      return (await this.#handle(backend).result()) as SessionMetrics;
    } catch (error) {
      throw await this.#explain(backend, error);
    }
  }

  #handle(backend: Backend): WorkflowHandle {
    return backend.temporal.workflow.getHandle(workflowIdOf(this.id));
  }

  async #signal(name: string, argument: unknown): Promise<void> {
    const backend = await this.#backend();
    try {
      await patiently(() => this.#handle(backend).signal(name, argument));
    } catch (error) {
      throw await this.#explain(backend, error);
    }
  }

  async #ask<T>(query: string, ...args: unknown[]): Promise<T> {
    const backend = await this.#backend();
    try {
      return await patiently(() => this.#handle(backend).query<T, unknown[]>(query, ...args));
    } catch (error) {
      throw await this.#explain(backend, error);
    }
  }

  async #argument(backend: Backend, message: MessageContent, options: SendOptions): Promise<SendInput> {
    const { messageId, metadata, after } = options;
    const agent = this.#input?.agent;
    refuseContent(message);
    const run = await requestOf(backend.store, options);
    return {
      ...(messageId === undefined ? {} : { messageId }),
      ...(typeof message === 'string' ? { text: message } : { parts: await storeInline(backend.store, message) }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(agent === undefined ? {} : { agent }),
      ...(run === null ? {} : { run }),
      ...(after === undefined ? {} : { after }),
    };
  }

  /** A workflow that is gone is a session that was closed, or one that never was. */
  async #explain(backend: Backend, error: unknown): Promise<unknown> {
    if (!isNotFound(error) && !isAlreadyStarted(error)) return toLoadlineError(error);
    const row = await backend.store.session(this.id);
    if (row !== null) return closedError(row);
    return new LoadlineError(
      'SessionNotFound',
      `There is no session ${this.id}. Start it with \`loadline start --agent NAME --session ${this.id}\``,
    );
  }
}

/** What no session would take is refused before a byte of it is stored or sent. */
function refuseContent(message: unknown): void {
  refuse(typeof message === 'string' ? sizeProblem(message, maxMessageBytes) : partsProblem(message));
}

function refuse(problem: ErrorFacts | null): void {
  if (problem !== null) throw new LoadlineError(problem.code, problem.message, problem.details);
}

async function withMessages(backend: Backend, result: RunResult): Promise<AgentRunResult<unknown>> {
  const stored = await backend.store.messagesOfRun(result.sessionId, result.runId);
  return { ...result, messages: stored.map(toMessage) };
}

function otherAgent(id: string, theirs: string, asked: string): LoadlineError {
  return new LoadlineError(
    'SessionExists',
    `Session ${id} belongs to agent ${theirs}, not to ${asked}. Choose another id`,
  );
}
