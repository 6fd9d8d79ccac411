import type { AgentRunResult } from '../../client/api.ts';
import { toolCallsOf } from '../../domain/messages.ts';
import type { AnswerStep } from '../answer/step.ts';
import { toProblem } from '../problem.ts';

/** A chunk of the AI SDK's UI message stream. */
export type UiChunk = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Tools run on the server, and pages know none of their types. */
const onServer = { dynamic: true, providerExecuted: true };

/**
 * An answer in the AI SDK's UI message stream protocol: a step for each call of a model. What a broken attempt wrote,
 * or an answer that had to be corrected, is taken back.
 *
 * @see https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol
 */
export async function* uiChunks(steps: AsyncGenerator<AnswerStep>): AsyncGenerator<UiChunk> {
  const message = new UiMessageParts();
  try {
    for await (const step of steps) yield* message.take(step);
  } catch (error) {
    yield { type: 'error', errorText: toProblem(error).problem.detail };
  }
}

class UiMessageParts {
  /** The call whose step is open. */
  #call: string | null = null;
  #open: { readonly kind: 'text' | 'reasoning'; readonly id: string } | null = null;
  #texts = 0;
  readonly #shown = new Set<string>();
  readonly #denied = new Set<string>();

  *take(step: AnswerStep): Generator<UiChunk> {
    switch (step.type) {
      case 'started':
        return yield { type: 'start', messageId: step.runId, messageMetadata: { runId: step.runId } };
      case 'text':
      case 'reasoning':
        return yield* this.#write(step.type, step.callId, step.delta);
      case 'restarted':
        return yield* this.#takeBack();
      case 'answered':
        yield* this.#stepOf(step.callId);
        yield* this.#close();
        if (step.misfit) return yield* this.#takeBack();
        for (const { callId, tool, input } of toolCallsOf(step.message.parts)) yield* this.#show(callId, tool, input);
        if (step.context !== null) yield { type: 'data-context', id: 'context', data: step.context };
        return;
      case 'tool':
        return yield* this.#show(step.callId, step.tool, step.input);
      case 'tool-ended':
        return yield* this.#end(step);
      case 'event':
        return yield* this.#tell(step.event);
      case 'ended':
        return yield* this.#finish(step.result);
    }
  }

  *#stepOf(callId: string): Generator<UiChunk> {
    if (this.#call === callId) return;
    yield* this.#endStep();
    this.#call = callId;
    yield { type: 'start-step' };
  }

  *#endStep(): Generator<UiChunk> {
    yield* this.#close();
    if (this.#call !== null) yield { type: 'finish-step' };
    this.#call = null;
  }

  *#write(kind: 'text' | 'reasoning', callId: string, delta: string): Generator<UiChunk> {
    yield* this.#stepOf(callId);
    if (this.#open?.kind !== kind) {
      yield* this.#close();
      this.#open = { kind, id: `${callId}.${++this.#texts}` };
      yield { type: `${kind}-start`, id: this.#open.id };
    }
    yield { type: `${kind}-delta`, id: this.#open.id, delta };
  }

  *#close(): Generator<UiChunk> {
    if (this.#open !== null) yield { type: `${this.#open.kind}-end`, id: this.#open.id };
    this.#open = null;
  }

  *#takeBack(): Generator<UiChunk> {
    this.#open = null;
    yield { type: 'reset-step' };
  }

  *#show(toolCallId: string, toolName: string, input: unknown): Generator<UiChunk> {
    if (this.#shown.has(toolCallId)) return;
    this.#shown.add(toolCallId);
    yield { type: 'tool-input-available', toolCallId, toolName, input, ...onServer };
  }

  *#end(step: AnswerStep & { readonly type: 'tool-ended' }): Generator<UiChunk> {
    const { callId: toolCallId, tool, input, output, isError } = step;
    yield* this.#show(toolCallId, tool, input);
    if (this.#denied.has(toolCallId)) return yield { type: 'tool-output-denied', toolCallId };
    if (!isError) return yield { type: 'tool-output-available', toolCallId, output, ...onServer };
    const errorText = typeof output === 'string' ? output : JSON.stringify(output);
    yield { type: 'tool-output-error', toolCallId, errorText, ...onServer };
  }

  /** What a page may want to show beside the answer, gone with the next message. */
  *#tell(event: (AnswerStep & { readonly type: 'event' })['event']): Generator<UiChunk> {
    if (event.type === 'approval.decided' && !event.approved) this.#denied.add(event.callId);
    const kind = event.type.split('.')[0];
    if (kind === 'threshold' || kind === 'budget' || kind === 'compaction') {
      yield { type: `data-${kind}`, data: event, transient: true };
    }
  }

  *#finish(result: AgentRunResult<unknown>): Generator<UiChunk> {
    const { status, reason, error, waitingFor = [], sessionId, runId, metrics } = result;
    for (const { callId, tool = '', input, reason: why } of waitingFor) {
      if (callId === undefined) continue;
      yield* this.#show(callId, tool, input);
      yield {
        type: 'tool-approval-request',
        approvalId: callId,
        toolCallId: callId,
        ...(why === undefined ? {} : { reason: why }),
      };
    }
    yield* this.#endStep();
    const messageMetadata = { sessionId, runId, status, metrics, ...(reason === undefined ? {} : { reason }) };
    if (status === 'failed' || (status === 'limit' && error !== undefined)) {
      yield { type: 'message-metadata', messageMetadata };
      return yield { type: 'error', errorText: reason ?? error?.message ?? 'The run failed' };
    }
    if (status === 'cancelled') {
      yield { type: 'message-metadata', messageMetadata };
      return yield { type: 'abort', reason: reason ?? 'cancelled' };
    }
    yield { type: 'finish', finishReason: finishReasonOf(result), messageMetadata };
  }
}

function finishReasonOf({ status, finishReason }: AgentRunResult<unknown>): string {
  if (status === 'waiting') return 'tool-calls';
  if (status === 'limit') return 'length';
  return finishReason === 'content-filter' || finishReason === 'refusal' ? 'content-filter' : 'stop';
}
