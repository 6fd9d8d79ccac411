import Anthropic from '@anthropic-ai/sdk';
import type {
  MessageCreateParamsStreaming,
  RawContentBlockDelta,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages';
import type { AnswerDraft } from './answer-draft.ts';
import {
  anthropicMessages as toMessages,
  anthropicSystem,
  anthropicTools,
  cacheControl,
  markHistory,
} from './anthropic-input.ts';
import { runCall, runQuery } from './call.ts';
import { countInputOver, countOf, type CountRoute } from './count-input.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { withoutForeignHeaders } from './foreign-headers.ts';
import { noTimeoutMs } from './no-timeout.ts';
import { markProviderData } from './provider-data.ts';
import type { ModelAnswer, ModelRequest, Provider } from './provider.ts';
import { anthropicUsage, mergeUsage } from './usage-anthropic.ts';

/** Fields of a message, and of the events that end it, that are content or say which event it is. */
const content = new Set(['content', 'type', 'role', 'delta', 'usage']);

/** Anthropic's Messages API. */
export function anthropicMessages(endpoint: Endpoint): Provider {
  return {
    name: endpoint.name,
    simulated: endpoint.simulated,
    listModels: (signal) =>
      runQuery(endpoint, signal, async (exchange) => {
        const ids: string[] = [];
        for await (const model of client(endpoint, exchange).models.list({}, { signal })) ids.push(model.id);
        return ids;
      }),
    countInput: countInputOver(endpoint, [countRoute(endpoint)]),
    stream: (request, options) =>
      runCall(endpoint, request.model, options, async (exchange, draft) => {
        const source = `${endpoint.name}/${request.model}`;
        const body = toBody(endpoint.name, source, request);
        const events = await client(endpoint, exchange).messages.create(body, { signal: options.signal });
        const reader = new MessageReader(draft, source, request.cache.ttl);
        for await (const event of events) reader.read(event);
      }),
  };
}

/** Free of charge; llama.cpp and vLLM have it too: https://platform.claude.com/docs/en/build-with-claude/token-counting */
function countRoute(endpoint: Endpoint): CountRoute {
  return {
    path: '/v1/messages/count_tokens',
    canCount: () => true,
    ask: async (exchange, request, signal) => {
      const {
        max_tokens: _,
        stream: __,
        ...counted
      } = toBody(endpoint.name, `${endpoint.name}/${request.model}`, request);
      const { input_tokens } = await client(endpoint, exchange).messages.countTokens(counted, { signal });
      return countOf(input_tokens);
    },
  };
}

/** Whatever the SDK would read from the environment or from its profile files is set. */
function client(endpoint: Endpoint, exchange: Exchange): Anthropic {
  return new Anthropic({
    apiKey: endpoint.apiKey ?? 'none',
    authToken: null,
    // Theirs has no version in it, that of other servers often has.
    baseURL: endpoint.baseURL.replace(/\/v1\/?$/, ''),
    ...(endpoint.name === 'anthropic'
      ? {}
      : { defaultHeaders: withoutForeignHeaders(process.env.ANTHROPIC_CUSTOM_HEADERS) }),
    fetch: exchange.fetch,
    maxRetries: 0,
    timeout: noTimeoutMs,
    logLevel: 'off',
  });
}

function toBody(provider: string, source: string, request: ModelRequest): MessageCreateParamsStreaming {
  const control = cacheControl(request.cache);
  const system = anthropicSystem(request.instructions, control);
  const tools = anthropicTools(request.tools, control);
  return {
    model: request.model,
    messages: markHistory(toMessages(provider, source, request.messages), control),
    max_tokens: request.maxOutputTokens,
    stream: true,
    ...(system.length === 0 ? {} : { system }),
    ...(tools.length === 0 ? {} : { tools }),
    ...(request.output === null
      ? {}
      : { output_config: { format: { type: 'json_schema', schema: { ...request.output } } } }),
  };
}

/** Reads the events of one message; blocks are told apart by their index. */
class MessageReader {
  readonly #draft: AnswerDraft;
  readonly #source: string;
  readonly #ttl: '5m' | '1h';
  readonly #signatures = new Map<number, { thinking: string; signature: string }>();
  #usage: Readonly<Record<string, unknown>> | null = null;

  constructor(draft: AnswerDraft, source: string, ttl: '5m' | '1h') {
    this.#draft = draft;
    this.#source = source;
    this.#ttl = ttl;
  }

  read(event: RawMessageStreamEvent): void {
    switch (event.type) {
      case 'message_start': {
        this.#draft.addMetrics(event.message, content);
        // The output told here is where counting starts; only the end knows the total.
        const { output_tokens: _, ...usage } = event.message.usage ?? {};
        return this.#noteUsage(usage);
      }
      case 'content_block_start':
        return this.#begin(event.content_block, event.index);
      case 'content_block_delta':
        return this.#grow(event.delta, event.index);
      case 'content_block_stop':
        return this.#end(event.index);
      case 'message_delta':
        this.#draft.addMetrics(event, content);
        this.#draft.addMetrics(event.delta, content);
        this.#noteUsage(event.usage);
        if (event.delta.stop_reason) this.#draft.finishReason = finishReason(event.delta.stop_reason);
        return undefined;
      default:
        return undefined;
    }
  }

  #noteUsage(told: unknown): void {
    this.#usage = mergeUsage(this.#usage, told);
    this.#draft.addMetrics({ usage: this.#usage }, new Set());
    this.#draft.usage = anthropicUsage(this.#usage, this.#ttl);
  }

  #begin(block: Anthropic.ContentBlock, index: number): void {
    if (block.type === 'text') this.#draft.addText(block.text);
    if (block.type === 'tool_use') this.#draft.addToolCall(index, { tool: block.name });
    if (block.type === 'redacted_thinking') this.#draft.closeReasoning(markProviderData(this.#source, { ...block }));
    if (block.type === 'thinking') {
      this.#signatures.set(index, { thinking: block.thinking ?? '', signature: block.signature ?? '' });
      this.#draft.addReasoning(block.thinking ?? '');
    }
  }

  #grow(delta: RawContentBlockDelta, index: number): void {
    const thinking = this.#signatures.get(index);
    if (delta.type === 'text_delta') this.#draft.addText(delta.text);
    if (delta.type === 'input_json_delta') this.#draft.addToolCall(index, { argumentsText: delta.partial_json });
    if (delta.type === 'signature_delta' && thinking) thinking.signature += delta.signature;
    if (delta.type === 'thinking_delta') {
      if (thinking) thinking.thinking += delta.thinking;
      this.#draft.addReasoning(delta.thinking);
    }
  }

  /** Thinking goes back unchanged, with its signature; unsigned thinking (of other servers) does not. */
  #end(index: number): void {
    const thinking = this.#signatures.get(index);
    if (!thinking?.signature) return;
    this.#draft.closeReasoning(markProviderData(this.#source, { type: 'thinking', ...thinking }));
  }
}

function finishReason(reason: string): ModelAnswer['finishReason'] {
  switch (reason) {
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return 'length';
    case 'tool_use':
      return 'tool-calls';
    case 'refusal':
      return 'refusal';
    default:
      return 'stop';
  }
}
