import type { InputTokenCountParams } from 'openai/resources/responses/input-tokens';
import type {
  Response,
  ResponseCreateParamsStreaming,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import type { AnswerDraft } from './answer-draft.ts';
import { runCall } from './call.ts';
import { InStreamError } from './complaint.ts';
import { countInputOver, countOf, type CountRoute } from './count-input.ts';
import type { Endpoint } from './endpoint.ts';
import { listOpenaiModels, openaiClient } from './openai-client.ts';
import { responsesInput, responsesTool } from './openai-responses-input.ts';
import { promptCaching } from './prompt-caching.ts';
import { markProviderData } from './provider-data.ts';
import type { ModelAnswer, ModelRequest, Provider } from './provider.ts';
import { isStrictSchema } from './strict-schema.ts';
import { responsesUsage } from './usage-openai.ts';

/** Fields of a response, and of the event that ends it, that hold or echo content. */
const content = new Set([
  ...['output', 'output_text', 'instructions', 'tools', 'text', 'prompt', 'input'],
  ...['type', 'response', 'sequence_number'],
]);

/** OpenAI's Responses API, stateless: nothing is stored there, reasoning comes and goes encrypted. */
export function openaiResponses(endpoint: Endpoint): Provider {
  return {
    name: endpoint.name,
    simulated: endpoint.simulated,
    listModels: (signal) => listOpenaiModels(endpoint, signal),
    countInput: countInputOver(endpoint, [countRoute(endpoint)]),
    stream: (request, options) =>
      runCall(endpoint, request.model, options, async (exchange, draft) => {
        const source = `${endpoint.name}/${request.model}`;
        const body = toBody(endpoint.name, source, request);
        const events = await openaiClient(endpoint, exchange).responses.create(body, { signal: options.signal });
        for await (const event of events) readEvent(event, draft, source, request.maxOutputTokens);
      }),
  };
}

/** Free of charge, and llama.cpp has it too: https://developers.openai.com/api/docs/guides/token-counting */
function countRoute(endpoint: Endpoint): CountRoute {
  return {
    path: '/responses/input_tokens',
    canCount: () => true,
    ask: async (exchange, request, signal) => {
      const { model, input, instructions, tools, text } = toBody(
        endpoint.name,
        `${endpoint.name}/${request.model}`,
        request,
      );
      // The route knows only the fields that are input.
      const counted = { model, input, instructions, tools, text } as InputTokenCountParams;
      const { input_tokens } = await openaiClient(endpoint, exchange).responses.inputTokens.count(counted, { signal });
      return countOf(input_tokens);
    },
  };
}

function toBody(provider: string, source: string, request: ModelRequest): ResponseCreateParamsStreaming {
  const { output, tools, instructions } = request;
  return {
    model: request.model,
    input: responsesInput(provider, source, request.messages),
    max_output_tokens: request.maxOutputTokens,
    ...promptCaching(request),
    store: false,
    stream: true,
    ...(instructions === '' ? {} : { instructions }),
    ...(tools.length === 0 ? {} : { tools: tools.map(responsesTool) }),
    ...(reasons(request.model) ? { include: ['reasoning.encrypted_content'] as const } : {}),
    ...(output === null
      ? {}
      : { text: { format: { type: 'json_schema', name: 'output', schema: output, strict: isStrictSchema(output) } } }),
  } as ResponseCreateParamsStreaming;
}

/** OpenAI refuses to include encrypted reasoning of a model that does not reason. */
function reasons(model: string): boolean {
  return /^(?:o\d|gpt-5(?!.*-chat)|gpt-[6-9](?!.*-chat)|codex)/.test(model);
}

function readEvent(event: ResponseStreamEvent, draft: AnswerDraft, source: string, maxOutputTokens: number): void {
  switch (event.type) {
    case 'response.created':
      return draft.addMetrics(event.response, content);
    case 'response.output_text.delta':
      return draft.addText(event.delta);
    case 'response.refusal.delta':
      draft.refused = true;
      return draft.addText(event.delta);
    case 'response.reasoning_summary_part.added':
      return draft.addReasoning(event.summary_index > 0 ? '\n\n' : '');
    case 'response.reasoning_summary_text.delta':
    case 'response.reasoning_text.delta':
      return draft.addReasoning(event.delta);
    case 'response.output_item.added':
      if (event.item.type === 'function_call') {
        draft.addToolCall(event.output_index ?? event.item.id, { tool: event.item.name });
      }
      return undefined;
    case 'response.function_call_arguments.delta':
      return draft.addToolCall(event.output_index ?? event.item_id, { argumentsText: event.delta });
    case 'response.output_item.done':
      return readItem(event.item, event.output_index, draft, source);
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
      draft.addMetrics(event, content);
      return readEnd(event.response, draft, maxOutputTokens);
    case 'error':
      throw new InStreamError(event.message, [event.code]);
    default:
      return undefined;
  }
}

/** llama.cpp numbers no items: there an item's id tells it apart. */
function readItem(item: ResponseOutputItem, index: number | undefined, draft: AnswerDraft, source: string): void {
  if (item.type === 'function_call') draft.setToolArguments(index ?? item.id, item.arguments);
  if (item.type === 'reasoning') {
    const { status: _, ...kept } = item;
    draft.closeReasoning(markProviderData(source, kept));
  }
}

function readEnd(response: Response, draft: AnswerDraft, maxOutputTokens: number): void {
  draft.addMetrics(response, content);
  draft.usage = responsesUsage(response.usage);
  if (response.status === 'failed') {
    throw new InStreamError(response.error?.message ?? 'The response failed', [response.error?.code]);
  }
  draft.finishReason = finishReason(response, maxOutputTokens);
}

function finishReason(response: Response, maxOutputTokens: number): ModelAnswer['finishReason'] {
  if (response.status === 'incomplete') {
    return response.incomplete_details?.reason === 'content_filter' ? 'content-filter' : 'length';
  }
  // llama.cpp calls an answer that its limit cut off completed.
  return (response.usage?.output_tokens ?? 0) >= maxOutputTokens ? 'length' : 'stop';
}
