import { z } from 'zod';
import { ignoredFields } from '../check-fields.ts';
import { OpenAiError } from '../errors.ts';
import { outputSchema } from '../output-schema.ts';
import { checked, count, metadata } from '../shape.ts';
import { inputItems, readItems } from './input.ts';

const responseRequest = z.object({
  model: z.string(),
  input: z.union([z.string(), inputItems]),
  instructions: z.string().nullish(),
  conversation: z.union([z.string(), z.object({ id: z.string() })]).nullish(),
  previous_response_id: z.string().nullish(),
  stream: z.boolean().nullish(),
  background: z.boolean().nullish(),
  max_output_tokens: count.nullish(),
  metadata: metadata.nullish(),
  user: z.string().nullish(),
  text: z
    .object({ format: z.object({ type: z.string(), schema: z.unknown().optional() }).loose().nullish() })
    .nullish(),
});

/** What a request to `/responses` asks for. */
export function readResponseRequest(body: Readonly<Record<string, unknown>>) {
  const ignored = ignoredFields('responses', body);
  const given = checked(responseRequest, body);
  const { conversation = null, previous_response_id: previous = null } = given;
  if (conversation !== null && previous !== null) {
    const words = 'previous_response_id and conversation both name a session; give one of them';
    throw new OpenAiError(400, words, { param: 'previous_response_id', code: 'mutually_exclusive_parameters' });
  }
  const items = typeof given.input === 'string' ? [{ role: 'user' as const, content: given.input }] : given.input;
  const { instructions, ...said } = readItems(items, 'input');
  const format = given.text?.format ?? null;
  return {
    ignored,
    agent: given.model,
    conversation: typeof conversation === 'string' ? conversation : (conversation?.id ?? null),
    previous,
    said: { ...said, instructions: [...(given.instructions == null ? [] : [given.instructions]), ...instructions] },
    streams: given.stream === true,
    background: given.background === true,
    maxOutputTokens: given.max_output_tokens ?? null,
    output: outputSchema(format, 'text.format'),
    metadata: given.metadata ?? null,
    user: given.user ?? null,
    /** What the response repeats of its request. */
    echo: {
      model: given.model,
      instructions: given.instructions ?? null,
      max_output_tokens: given.max_output_tokens ?? null,
      metadata: given.metadata ?? {},
      previous_response_id: previous,
      text: { format: format ?? { type: 'text' } },
      user: given.user ?? null,
      background: given.background === true,
    },
  };
}

export type ResponseRequest = ReturnType<typeof readResponseRequest>;
