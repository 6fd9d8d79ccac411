import { AnswerDraft } from './answer-draft.ts';
import type { Endpoint } from './endpoint.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { toFailure } from './failure.ts';
import type { ModelAnswer, StreamOptions } from './provider.ts';

/** Speaks one wire: sends the request through the exchange and writes what comes back into the draft. */
export type Conversation = (exchange: Exchange, draft: AnswerDraft) => Promise<void>;

/** One call over one wire. */
export async function runCall(
  endpoint: Endpoint,
  model: string,
  options: StreamOptions,
  converse: Conversation,
): Promise<ModelAnswer> {
  const draft = new AnswerDraft((delta) => options.onDelta(delta));
  const headers = endpoint.simulated ? originHeaders(options.origin) : {};
  return watched({ endpoint, model, headers }, options.signal, draft, (exchange) =>
    completeAnswer(options.signal, draft, () => converse(exchange, draft)),
  );
}

function originHeaders(origin: StreamOptions['origin']): Readonly<Record<string, string>> {
  return origin === undefined
    ? {}
    : { 'loadline-session': origin.sessionId, 'loadline-attempt': encodeURIComponent(origin.attemptId) };
}

/**
 * The answer that a conversation leaves in the draft.
 *
 * It is whole once the provider gave its finish reason: a connection that breaks after that takes nothing away but, at
 * worst, the usage.
 */
export async function completeAnswer(
  signal: AbortSignal,
  draft: AnswerDraft,
  converse: () => Promise<void>,
): Promise<ModelAnswer> {
  try {
    await converse();
  } catch (error) {
    const whole = signal.aborted ? null : draft.answer();
    if (whole === null) throw error;
    return whole;
  }
  // The SDKs end an aborted stream as if it were whole.
  if (draft.finishReason === null) signal.throwIfAborted();
  const answer = draft.answer();
  if (answer === null) throw new Error('the stream ended before the answer did');
  return answer;
}

/** A request that is no model call, though it may be about a model: its answer is awaited whole. */
export async function runQuery<T>(
  endpoint: Endpoint,
  signal: AbortSignal,
  query: (exchange: Exchange) => Promise<T>,
  model: string | null = null,
): Promise<T> {
  return watched({ endpoint, model, headers: {} }, signal, null, query);
}

interface Addressed {
  readonly endpoint: Endpoint;
  readonly model: string | null;
  /** Beside those that the config adds. */
  readonly headers: Readonly<Record<string, string>>;
}

async function watched<T>(
  { endpoint, model, headers: own }: Addressed,
  signal: AbortSignal,
  draft: AnswerDraft | null,
  action: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const { headers } = endpoint;
  const exchange = openExchange({ ...(model !== null && Object.hasOwn(headers, model) ? headers[model] : {}), ...own });
  try {
    signal.throwIfAborted();
    return await action(exchange);
  } catch (error) {
    throw toFailure(error, {
      ...exchange,
      aborted: signal.aborted,
      partial: draft?.partial() ?? null,
      secrets: endpoint.apiKey === null ? [] : [endpoint.apiKey],
      now: Date.now(),
    });
  }
}
