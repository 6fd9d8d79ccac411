import { z } from 'zod';
import { ignoredFields } from '../check-fields.ts';
import { outputSchema } from '../output-schema.ts';
import { checked, count, metadata } from '../shape.ts';
import { chatMessages, readChatMessages } from './messages.ts';

const chatRequest = z.object({
  model: z.string(),
  messages: chatMessages,
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  max_completion_tokens: count.nullish(),
  max_tokens: count.nullish(),
  metadata: metadata.nullish(),
  user: z.string().nullish(),
  response_format: z
    .object({ type: z.string(), json_schema: z.object({ schema: z.unknown().optional() }).nullish() })
    .nullish(),
});

/** What a request to `/chat/completions` asks for. */
export function readChatRequest(body: Readonly<Record<string, unknown>>) {
  const ignored = ignoredFields('chat', body);
  const given = checked(chatRequest, body);
  const format = given.response_format ?? null;
  const maxOutputTokens = given.max_completion_tokens ?? given.max_tokens ?? null;
  return {
    ignored,
    agent: given.model,
    said: readChatMessages(given.messages),
    streams: given.stream === true,
    includesUsage: given.stream_options?.include_usage === true,
    maxOutputTokens,
    metadata: given.metadata ?? null,
    user: given.user ?? null,
    output: outputSchema(
      format === null ? null : { type: format.type, schema: format.json_schema?.schema },
      'response_format.json_schema',
    ),
  };
}
