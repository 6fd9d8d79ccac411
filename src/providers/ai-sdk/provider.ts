import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { AnswerDraft } from '../answer-draft.ts';
import { completeAnswer } from '../call.ts';
import type { Refusal } from '../complaint.ts';
import { badRequest, toFailure } from '../failure.ts';
import type { Provider } from '../provider.ts';
import { objectOf, stringOf } from '../raw.ts';
import { type AiSdkModel, aiSdkProviderName } from './model.ts';
import { callOptions, type Specification } from './prompt.ts';
import { StreamReader } from './stream-reader.ts';

/** What connects a model's `doStream`, whatever its version, to us. */
type DoStream = (options: LanguageModelV4CallOptions) => PromiseLike<{
  readonly stream: AsyncIterable<Readonly<Record<string, unknown>>>;
}>;

/** Errors of a connection that never came to be: nothing was sent. */
const unconnected = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/**
 * A provider that runs AI SDK language models: streaming, with their usage in our classes and their errors classified.
 *
 * The models are all of one AI SDK provider; a request picks one of them by its id.
 *
 * @example
 * const provider = fromAiSdk(openai('gpt-5.2'));
 * await provider.stream({ model: 'gpt-5.2', ... }, { signal, onDelta });
 */
export function fromAiSdk(first: AiSdkModel, ...more: readonly AiSdkModel[]): Provider {
  const name = aiSdkProviderName(first);
  const models = new Map([first, ...more].map((model) => [model.modelId, model]));
  return {
    name,
    simulated: false,
    listModels: async () => [...models.keys()],
    async stream(request, options) {
      const { signal } = options;
      const draft = new AnswerDraft((delta) => options.onDelta(delta));
      const progress = { connecting: false, sent: false, answering: false };
      try {
        signal.throwIfAborted();
        const model = models.get(request.model);
        if (model === undefined) throw badRequest(`${name} has no model ${request.model}`);
        const source = `${name}/${request.model}`;
        const body = callOptions(request, source, specificationOf(model), signal);
        const reader = new StreamReader(draft, model.provider, source, request.cache.ttl);
        return await completeAnswer(signal, draft, async () => {
          progress.connecting = progress.sent = true;
          const { stream } = await (model.doStream as DoStream).call(model, body);
          progress.answering = true;
          for await (const part of stream) reader.read(part);
        });
      } catch (error) {
        throw toFailure(error, {
          ...progress,
          sent: progress.sent && !neverConnected(error),
          aborted: signal.aborted,
          refusal: progress.answering ? null : refusalOf(error),
          partial: draft.partial(),
          secrets: [],
          now: Date.now(),
        });
      }
    },
  };
}

function specificationOf(model: AiSdkModel): Specification {
  const version = model.specificationVersion;
  if (version === 'v2' || version === 'v3' || version === 'v4') return version;
  throw badRequest(`${model.modelId} is an AI SDK model of specification ${version}; v2, v3 and v4 are known`);
}

function neverConnected(error: unknown): boolean {
  const { code, cause, errors } = (error ?? {}) as { code?: unknown; cause?: unknown; errors?: unknown };
  if (unconnected.test(stringOf(code))) return true;
  if (Array.isArray(errors) && errors.some(neverConnected)) return true;
  return cause !== undefined && cause !== error && neverConnected(cause);
}

/** `APICallError` of the AI SDK, by its fields: an error status with its headers and body. */
function refusalOf(error: unknown): Refusal | null {
  const { statusCode, responseHeaders, responseBody, message } = (error ?? {}) as Record<string, unknown>;
  if (typeof statusCode !== 'number' || statusCode < 400) return null;
  const headers = Object.entries(objectOf(responseHeaders) ?? {}).map(([key, value]) => [key, String(value)] as const);
  return {
    status: statusCode,
    headers: new Headers(headers.map(([key, value]) => [key, value])),
    body: stringOf(responseBody) || stringOf(message),
  };
}
