import type { AgentRunResult } from '../../../client/api.ts';
import { textOf } from '../../../domain/messages.ts';
import type { WaitingFor } from '../../../domain/run.ts';
import { callOf, saidInRun } from '../../answer/replay.ts';
import { loadlineFacts } from '../loadline-facts.ts';
import { chatUsage } from '../usage.ts';

/** What one request to `/chat/completions` is answered with, wherever it appears. */
export interface Completion {
  readonly model: string;
  /** Unix time in seconds. */
  readonly created: number;
  /** A schema is in force: only the last answer is one, and it comes whole. */
  readonly hasSchema: boolean;
}

const betweenAnswers = '\n\n';

/** The whole answer as one object. */
export function toCompletion({ model, created, hasSchema }: Completion, result: AgentRunResult<unknown>) {
  const content = contentOf(result, hasSchema);
  const isRefusal = result.finishReason === 'refusal';
  const usage = chatUsage(result.metrics);
  return {
    id: completionId(result.runId),
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: isRefusal ? null : content,
          refusal: isRefusal ? content : null,
          annotations: [],
        },
        logprobs: null,
        finish_reason: finishReasonOf(result),
      },
    ],
    ...(usage === undefined ? {} : { usage }),
    loadline: loadlineFacts(result),
  };
}

export function completionId(runId: string): string {
  return `chatcmpl-${runId}`;
}

/** What ends an answer early is `length` to a client that knows nothing of limits: there would be more to say. */
export function finishReasonOf({ status, finishReason }: AgentRunResult<unknown>): string {
  if (status === 'limit' || status === 'cancelled') return 'length';
  return finishReason === 'content-filter' ? 'content_filter' : 'stop';
}

/** All that was said in the run, as a stream of it would have been read. */
export function contentOf(result: AgentRunResult<unknown>, hasSchema: boolean): string {
  const { text, waitingFor = [] } = result;
  const answers = saidInRun(result.messages)
    .filter((message) => callOf(message) !== null)
    .map(({ parts }) => textOf(parts))
    .filter((answer) => answer !== '');
  const cut = text.replace(/…$/, '');
  // What was written of an answer that was stopped is in the result alone.
  const isNew = cut !== '' && !answers.some((answer) => answer.startsWith(cut));
  const said = hasSchema ? [text] : [...answers, ...(isNew ? [text] : [])];
  return said.join(betweenAnswers) || waitingWords(result.sessionId, waitingFor);
}

/** An empty answer would look like a fault to whoever reads it. */
function waitingWords(sessionId: string, waitingFor: readonly WaitingFor[]): string {
  const calls = waitingFor.map(({ tool, input, callId }) => `${tool}(${JSON.stringify(input)}) as call ${callId}`);
  if (calls.length === 0) return '';
  return `This answer waits until somebody approves ${calls.join(' and ')} in session ${sessionId}.`;
}

export { betweenAnswers };
