import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import type { Endpoint } from './endpoint.ts';
import { chatMessages, chatTool } from './openai-chat-messages.ts';
import { promptCaching } from './prompt-caching.ts';
import type { ModelRequest } from './provider.ts';
import { inStrictOrder } from './strict-order.ts';
import { isStrictSchema } from './strict-schema.ts';

/** A request as chat completions take it. */
export function chatBody(endpoint: Endpoint, request: ModelRequest): ChatCompletionCreateParamsStreaming {
  const { dialect } = endpoint;
  const { output, tools } = request;
  const source = `${endpoint.name}/${request.model}`;
  const messages = chatMessages(endpoint.name, source, request.instructions, request.messages);
  return {
    model: request.model,
    messages: dialect.anyOrder ? messages : inStrictOrder(messages),
    [dialect.maxTokensField]: request.maxOutputTokens,
    stream: true,
    ...(dialect.streamOptions ? { stream_options: { include_usage: true } } : {}),
    ...(dialect.promptCacheKey ? promptCaching(request) : {}),
    ...(tools.length === 0 ? {} : { tools: tools.map(chatTool) }),
    ...(output === null
      ? {}
      : {
          response_format: {
            type: 'json_schema' as const,
            json_schema: { name: 'output', schema: output, strict: isStrictSchema(output) },
          },
        }),
  };
}
