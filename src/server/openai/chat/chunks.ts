import type { AnswerStep } from '../../answer/step.ts';
import { frame } from '../frame.ts';
import { errorOfRun, OpenAiError, toOpenAiFailure } from '../errors.ts';
import { loadlineFacts } from '../loadline-facts.ts';
import { chatUsage } from '../usage.ts';
import { betweenAnswers, completionId, contentOf, finishReasonOf, type Completion } from './completion.ts';

interface Delta {
  readonly role?: 'assistant';
  readonly content?: string;
  readonly refusal?: string;
}

/** The answer as OpenAI's chunks, to `[DONE]`; what goes wrong on the way is an error event, and the last one. */
export async function* chatFrames(
  completion: Completion & { readonly includesUsage: boolean },
  steps: AsyncGenerator<AnswerStep>,
): AsyncGenerator<string> {
  const { created, model, hasSchema, includesUsage } = completion;
  const said = new SaidText();
  let id = completionId('');
  let isBegun = false;
  const chunk = (choices: readonly unknown[], more: object = {}): string =>
    frame({
      id,
      object: 'chat.completion.chunk',
      created,
      model,
      choices,
      ...(includesUsage ? { usage: null } : {}),
      ...more,
    });
  const choice = (delta: Delta, reason: string | null = null): unknown => ({
    index: 0,
    delta,
    logprobs: null,
    finish_reason: reason,
  });
  function* begin(): Generator<string> {
    if (!isBegun) yield chunk([choice({ role: 'assistant', content: '' })]);
    isBegun = true;
  }
  try {
    for await (const step of steps) {
      if (step.type === 'started') id = completionId(step.runId);
      if ((step.type === 'text' || step.type === 'restarted') && !hasSchema) {
        const content = step.type === 'text' ? said.take(step.callId, step.delta) : said.restart();
        if (content === '') continue;
        yield* begin();
        yield chunk([choice({ content })]);
      }
      if (step.type !== 'ended') continue;
      const { result } = step;
      const problem = errorOfRun(result, 'messages');
      if (problem !== null) throw problem;
      yield* begin();
      const rest = said.isEmpty ? contentOf(result, hasSchema) : '';
      if (rest !== '') yield chunk([choice(result.finishReason === 'refusal' ? { refusal: rest } : { content: rest })]);
      yield chunk([choice({}, finishReasonOf(result))], { loadline: loadlineFacts(result) });
      if (includesUsage) yield chunk([], { usage: chatUsage(result.metrics) ?? null });
      yield 'data: [DONE]\n\n';
    }
  } catch (error) {
    yield frame(toOpenAiFailure(error).body);
  }
}

/** What a reader has been told can't be taken back. */
class SaidText {
  #call: string | null = null;
  /** What was told of the call in progress. */
  #told = '';
  /** What its new attempt has said again so far; `null`: it is no new attempt. */
  #again: string | null = null;

  get isEmpty(): boolean {
    return this.#call === null;
  }

  take(callId: string, delta: string): string {
    if (callId !== this.#call) {
      const isFirst = this.#call === null;
      this.#call = callId;
      this.#told = delta;
      this.#again = null;
      return isFirst ? delta : `${betweenAnswers}${delta}`;
    }
    if (this.#again === null) {
      this.#told += delta;
      return delta;
    }
    this.#again += delta;
    if (this.#told.startsWith(this.#again)) return '';
    if (!this.#again.startsWith(this.#told)) throw restarted();
    const rest = this.#again.slice(this.#told.length);
    this.#told = this.#again;
    this.#again = null;
    return rest;
  }

  restart(): '' {
    this.#again = '';
    return '';
  }
}

function restarted(): OpenAiError {
  return new OpenAiError(
    502,
    'The provider broke off and the answer was begun anew, in other words. Ask for it again with the same Idempotency-Key, or read it in the session',
    { code: 'ProviderError' },
  );
}
