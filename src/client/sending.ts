import type { RunEvent } from '../domain/events.ts';
import { routedMessageIdOf } from '../domain/team.ts';
import type { AgentRunResult, Sending } from './api.ts';
import type { Backend } from './backend.ts';
import { followEvents } from './event-feed.ts';

/** How long events may lag behind the result: both are stored in one transaction, so one read is enough. */
const drainMs = 500;

/** A message that has been handed to Temporal: a promise of its result, and the events of its run. */
export class RunSending implements Sending<unknown> {
  readonly messageId: string;
  readonly #backend: () => Promise<Backend>;
  readonly #sessionId: string;
  /** The number of the latest event before the message was sent. */
  readonly #from: Promise<number>;
  readonly #result: Promise<AgentRunResult<unknown>>;

  constructor(
    backend: () => Promise<Backend>,
    sessionId: string,
    messageId: string,
    send: (backend: Backend, isKnown: boolean) => Promise<AgentRunResult<unknown>>,
  ) {
    this.messageId = messageId;
    this.#backend = backend;
    this.#sessionId = sessionId;
    const row = backend().then(async ({ store }) => await store.session(sessionId));
    this.#from = row.then((known) => known?.lastEventId ?? 0);
    this.#result = row.then(async (known) => await send(await backend(), known !== null));
    // Whoever awaits or iterates hears of a failure; a message that nobody follows is not an unhandled rejection.
    this.#result.catch(() => undefined);
    this.#from.catch(() => undefined);
  }

  then<A = AgentRunResult<unknown>, B = never>(
    resolved?: ((result: AgentRunResult<unknown>) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.#result.then(resolved, rejected);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<RunEvent> {
    const backend = await this.#backend();
    const ending = new AbortController();
    const ended = this.#result.finally(() => setTimeout(() => ending.abort(), drainMs).unref());
    ended.catch(() => ending.abort());
    let runId: string | null = null;
    const feed = followEvents(backend, this.#sessionId, { afterId: await this.#before(), signal: ending.signal });
    for await (const event of feed) {
      if (event.type === 'run.started' && event.messageId === this.messageId) runId = event.runId ?? null;
      if (runId !== null && event.runId !== runId) continue;
      if (runId === null && !isEndOf(event, this.messageId)) continue;
      if (event.type === 'run.ended') yield* routedText(event);
      yield event;
      if (isEndOf(event, this.messageId)) break;
    }
    await this.#result;
  }

  /** Sent again, the run may have begun, or ended, long ago: it is told from its beginning. */
  async #before(): Promise<number> {
    const { store } = await this.#backend();
    const known = await store.runByMessageId(this.#sessionId, this.messageId);
    const first = known === null ? null : await store.firstEventOf(this.#sessionId, known.runId);
    return first === null ? await this.#from : first - 1;
  }
}

/** What a member of a team answered in its leader's place was no call of this run: its text comes whole. */
function* routedText(event: RunEvent & { readonly type: 'run.ended' }): Generator<RunEvent> {
  const { at, sessionId, result } = event;
  const { runId, messageIds, text } = result;
  if (!messageIds.includes(routedMessageIdOf(runId))) return;
  yield {
    type: 'text.delta',
    at,
    sessionId,
    runId,
    callId: routedMessageIdOf(runId),
    attempt: 1,
    offset: 0,
    delta: text,
  };
}

/** Also of a run that never started: refused, or cancelled in the queue. */
function isEndOf(event: RunEvent, messageId: string): boolean {
  return event.type === 'run.ended' && event.result.messageId === messageId;
}
