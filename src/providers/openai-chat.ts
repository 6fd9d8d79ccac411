import type { ChatCompletionChunk } from 'openai/resources/chat/completions';
import type { AnswerDraft } from './answer-draft.ts';
import { runCall } from './call.ts';
import { ChatReasoning } from './chat-reasoning.ts';
import { ChatToolCalls } from './chat-tool-calls.ts';
import { InStreamError } from './complaint.ts';
import { chatCountRoutes } from './chat-count-routes.ts';
import { countInputOver } from './count-input.ts';
import type { Endpoint } from './endpoint.ts';
import { chatBody } from './openai-chat-body.ts';
import { listOpenaiModels, openaiClient } from './openai-client.ts';
import type { ModelAnswer, Provider } from './provider.ts';
import { objectOf, stringOf } from './raw.ts';
import { chatUsage } from './usage-openai.ts';

/** Fields of a chunk that are content, or noise against eavesdroppers. */
const content = new Set(['choices', 'object', 'obfuscation', 'p']);

/** Chat completions: OpenAI's older API, which everyone else's server speaks too. */
export function openaiChat(endpoint: Endpoint): Provider {
  return {
    name: endpoint.name,
    simulated: endpoint.simulated,
    listModels: (signal) => listOpenaiModels(endpoint, signal),
    ...(endpoint.dialect.countRoutes ? { countInput: countInputOver(endpoint, chatCountRoutes(endpoint)) } : {}),
    stream: (request, options) =>
      runCall(endpoint, request.model, options, async (exchange, draft) => {
        const source = `${endpoint.name}/${request.model}`;
        const body = chatBody(endpoint, request);
        const chunks = await openaiClient(endpoint, exchange).chat.completions.create(body, { signal: options.signal });
        const reasoning = new ChatReasoning(draft, source);
        const calls = new ChatToolCalls(draft, source);
        for await (const chunk of chunks) readChunk(chunk, draft, reasoning, calls);
        reasoning.close();
      }),
  };
}

function readChunk(
  chunk: ChatCompletionChunk,
  draft: AnswerDraft,
  reasoning: ChatReasoning,
  calls: ChatToolCalls,
): void {
  draft.addMetrics(chunk, content);
  const fields = chunk as unknown as Readonly<Record<string, unknown>>;
  const choice = chunk.choices?.[0];
  // Some repeat the usage so far in every chunk: the last one is the bill, a sum would be far too much.
  const usage = chunk.usage ?? objectOf(fields.x_groq)?.usage ?? objectOf(choice)?.usage;
  draft.usage = chatUsage(usage) ?? draft.usage;
  if (choice === undefined) return;
  const delta = objectOf(choice.delta) ?? {};
  reasoning.read(delta);
  readContent(delta.content, draft, reasoning);
  if (stringOf(delta.refusal) !== '') {
    draft.refused = true;
    readContent(delta.refusal, draft, reasoning);
  }
  for (const [position, call] of (choice.delta?.tool_calls ?? []).entries()) {
    reasoning.close();
    calls.read(call, position);
  }
  if (choice.finish_reason) draft.finishReason = finishReason(choice.finish_reason);
}

/** Text; from Mistral's reasoning models a list of text and thinking. */
function readContent(value: unknown, draft: AnswerDraft, reasoning: ChatReasoning): void {
  if (typeof value === 'string' && value !== '') {
    reasoning.close();
    draft.addText(value);
  }
  if (!Array.isArray(value)) return;
  for (const part of value.map(objectOf)) {
    if (part?.type === 'thinking' && Array.isArray(part.thinking)) {
      for (const piece of part.thinking.map(objectOf)) draft.addReasoning(stringOf(piece?.text));
    } else readContent(part?.text, draft, reasoning);
  }
}

function finishReason(reason: string): ModelAnswer['finishReason'] {
  switch (reason) {
    case 'length':
    case 'model_length':
      return 'length';
    case 'tool_calls':
    case 'function_call':
      return 'tool-calls';
    case 'content_filter':
      return 'content-filter';
    case 'error':
      throw new InStreamError('The provider ended the answer with an error and did not say which', []);
    default:
      return 'stop';
  }
}
