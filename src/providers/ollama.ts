import { type ChatRequest, type ChatResponse, Ollama } from 'ollama';
import type { AnswerDraft } from './answer-draft.ts';
import { runCall, runQuery } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { ollamaMessages, ollamaTool } from './ollama-messages.ts';
import type { ModelRequest, Provider } from './provider.ts';
import { ollamaUsage } from './usage-ollama.ts';

const content = new Set(['message', 'done', 'logprobs']);

/** Ollama's own chat route: its OpenAI-compatible one ignores `num_ctx` and cuts long requests without a word. */
export function ollama(endpoint: Endpoint): Provider {
  return {
    name: endpoint.name,
    simulated: endpoint.simulated,
    listModels: (signal) =>
      runQuery(endpoint, signal, async (exchange) => {
        const { models } = await client(endpoint, exchange, signal).list();
        return models.map((model) => model.name);
      }),
    stream: (request, options) =>
      runCall(endpoint, request.model, options, async (exchange, draft) => {
        const body = toBody(endpoint.name, request);
        const lines = await client(endpoint, exchange, options.signal).chat(body);
        for await (const line of lines) readLine(line, draft);
      }),
  };
}

/** The package has no signal for a single request and tells nothing of a refusal but its text: its `fetch` is ours. */
function client(endpoint: Endpoint, exchange: Exchange, signal: AbortSignal): Ollama {
  return new Ollama({
    host: endpoint.baseURL,
    ...(endpoint.apiKey === null ? {} : { headers: { Authorization: `Bearer ${endpoint.apiKey}` } }),
    fetch: async (input, init) => {
      const response = await exchange.fetch(input, { ...init, signal });
      if (!response.ok) throw new Error(`HTTP status ${response.status}`);
      return response;
    },
  });
}

function toBody(provider: string, request: ModelRequest): ChatRequest & { stream: true } {
  const { contextWindow, output, tools } = request;
  return {
    model: request.model,
    messages: ollamaMessages(provider, request.instructions, request.messages),
    stream: true,
    options: {
      num_predict: request.maxOutputTokens,
      ...(contextWindow === null ? {} : { num_ctx: contextWindow }),
    },
    ...(tools.length === 0 ? {} : { tools: tools.map(ollamaTool) }),
    ...(output === null ? {} : { format: output }),
    // An error rather than a request or an answer that is cut without a word; servers that don't know these ignore them.
    ...{ truncate: false, shift: false },
  };
}

function readLine(line: ChatResponse, draft: AnswerDraft): void {
  draft.addReasoning(line.message?.thinking ?? '');
  draft.addText(line.message?.content ?? '');
  for (const call of line.message?.tool_calls ?? []) {
    draft.addToolCall(call, { tool: call.function.name, argumentsText: JSON.stringify(call.function.arguments) });
  }
  if (!line.done) return;
  draft.addMetrics(line, content);
  draft.usage = ollamaUsage(line);
  draft.finishReason = line.done_reason === 'length' ? 'length' : 'stop';
}
