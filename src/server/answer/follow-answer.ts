import type { AgentRunResult } from '../../client/api.ts';
import type { Backend } from '../../client/backend.ts';
import { followEvents } from '../../client/event-feed.ts';
import { toMessage } from '../../client/reading.ts';
import { isDelta, type StoredEvent } from '../../domain/events.ts';
import type { RunResult } from '../../domain/run.ts';
import { routedMessageIdOf } from '../../domain/team.ts';
import { CallTexts } from './call-texts.ts';
import { answerIdOf, callOf, replay, toolEnded } from './replay.ts';
import type { AnswerStep } from './step.ts';

export interface Followed {
  readonly sessionId: string;
  readonly messageId: string;
  /** The message on its way. */
  readonly sent: PromiseLike<AgentRunResult<unknown>>;
  /** Ends the following, and nothing else. */
  readonly signal: AbortSignal;
  /** So many messages of the run have been told before; 0 when not given. */
  readonly skipped?: number;
}

type Feed = Pick<Backend, 'store' | 'bus'>;

/** Events come with the result, or just before it. */
const drainMs = 500;

/**
 * A message's run from its first word on, also where it began, or ended, long ago. A wait for a budget is waited
 * through; a wait for a person ends it.
 *
 * @throws what refused the message
 */
export async function* followAnswer(
  { store, bus }: Feed,
  { sessionId, messageId, sent, signal, skipped = 0 }: Followed,
): AsyncGenerator<AnswerStep> {
  const afterId = (await store.session(sessionId))?.lastEventId ?? 0;
  const known = await store.runByMessageId(sessionId, messageId);
  const run = new FollowedRun(store, sessionId);
  if (known !== null) yield* run.past(known.runId, skipped);
  if (known?.result != null && known.result.status !== 'waiting') {
    const result = await sent;
    return yield { type: 'ended', result };
  }
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const settled = Promise.resolve(sent);
  settled.then((result) => {
    if (!waitsForBudget(result)) setTimeout(end, drainMs).unref();
  }, end);
  try {
    for await (const event of followEvents({ store, bus }, sessionId, { afterId, signal: ending.signal })) {
      if (isDelta(event)) {
        if (event.runId === run.runId) yield* run.texts.take(event);
        continue;
      }
      if (event.type === 'run.started' && event.messageId === messageId && event.runId !== undefined) {
        run.runId = event.runId;
        yield { type: 'started', runId: event.runId };
      }
      if (event.runId !== run.runId || run.runId === null) continue;
      yield* run.take(event);
      if (event.type === 'run.ended') return yield { type: 'ended', result: await run.withMessages(event.result) };
      if (event.type === 'run.waiting' && !waitsForBudget(event)) break;
    }
    if (signal.aborted) return;
    yield { type: 'ended', result: await settled };
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

/** The answer of a message whose result nobody reads as it is written; a wait for a budget is waited through. */
export async function wholeAnswer(feed: Feed, followed: Followed): Promise<AgentRunResult<unknown> | null> {
  const result = await followed.sent;
  if (!waitsForBudget(result)) return result;
  for await (const step of followAnswer(feed, followed)) if (step.type === 'ended') return step.result;
  return null;
}

function waitsForBudget({ waitingFor = [] }: Pick<RunResult, 'waitingFor'>): boolean {
  return waitingFor.length > 0 && waitingFor.every(({ kind }) => kind === 'budget');
}

class FollowedRun {
  runId: string | null = null;
  readonly texts = new CallTexts();
  readonly #store: Backend['store'];
  readonly #sessionId: string;
  /** Calls and tool calls that have been told of. */
  readonly #told = new Set<string>();

  constructor(store: Backend['store'], sessionId: string) {
    this.#store = store;
    this.#sessionId = sessionId;
  }

  async *past(runId: string, skipped: number): AsyncGenerator<AnswerStep> {
    this.runId = runId;
    yield { type: 'started', runId };
    const messages = await this.#messages();
    for (const step of replay(messages)) {
      if (step.type === 'answered' || step.type === 'tool-ended') this.#told.add(step.callId);
    }
    yield* replay(messages, skipped);
  }

  async *take(event: StoredEvent): AsyncGenerator<AnswerStep> {
    switch (event.type) {
      case 'call.ended':
        if (event.modelType !== 'summaryModel') yield* this.#answered(event);
        return;
      case 'tool.started':
        return yield { type: 'tool', callId: event.callId, tool: event.tool, input: event.input };
      case 'tool.ended':
        return yield* this.#untoldResults(event.callId);
      case 'call.started':
        return yield* this.#untoldResults();
      case 'run.ended':
        yield* this.#untoldResults();
        return yield* this.#routed(event.result);
      case 'run.started':
        return;
      default:
        yield { type: 'event', event };
    }
  }

  async withMessages(result: RunResult): Promise<AgentRunResult<unknown>> {
    return { ...result, messages: await this.#messages() };
  }

  async #messages() {
    const said = this.runId === null ? [] : await this.#store.messagesOfRun(this.#sessionId, this.runId);
    return said.map(toMessage);
  }

  async *#answered(event: StoredEvent & { readonly type: 'call.ended' }): AsyncGenerator<AnswerStep> {
    const { callId, attempt, misfit, contextTokens: tokens, contextWindow: window } = event;
    const message = (await this.#messages()).find(({ id }) => id === answerIdOf(callId));
    if (message === undefined || this.#told.has(callId)) return;
    this.#told.add(callId);
    yield* this.texts.rest(callId, attempt, message);
    yield { type: 'answered', callId, message, misfit: misfit !== undefined, context: { tokens, window } };
  }

  /** Of calls that were never executed there is a result and no event. */
  async *#untoldResults(only?: string): AsyncGenerator<AnswerStep> {
    const messages = await this.#messages();
    for (const part of messages.flatMap(({ parts }) => parts)) {
      if (part.type !== 'tool-result' || this.#told.has(part.callId)) continue;
      if (only !== undefined && part.callId !== only) continue;
      this.#told.add(part.callId);
      yield toolEnded(messages, part);
    }
  }

  /** What a member of a team answered in its leader's place was no call of this run. */
  async *#routed({ runId, messageIds }: RunResult): AsyncGenerator<AnswerStep> {
    if (!messageIds.includes(routedMessageIdOf(runId))) return;
    const message = (await this.#messages()).find((one) => callOf(one) === routedMessageIdOf(runId));
    if (message !== undefined) yield* replay([message]);
  }
}
