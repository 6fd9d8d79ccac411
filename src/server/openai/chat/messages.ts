import { z } from 'zod';
import type { UserPart } from '../../../domain/messages.ts';
import { audioPart, filePart, imagePart, textPart } from '../content.ts';
import { OpenAiError } from '../errors.ts';
import type { Said } from '../said.ts';

const text = z.object({ type: z.literal('text'), text: z.string() });
const textContent = z.union([z.string(), z.array(text)]);
const userContent = z.union([
  z.string(),
  z.array(
    z.discriminatedUnion('type', [
      text,
      z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) }),
      z.object({ type: z.literal('input_audio'), input_audio: z.object({ data: z.string(), format: z.string() }) }),
      z.object({
        type: z.literal('file'),
        file: z.object({
          file_data: z.string().nullish(),
          file_id: z.string().nullish(),
          filename: z.string().nullish(),
        }),
      }),
    ]),
  ),
]);
const answerContent = z.union([
  z.string(),
  z.array(z.union([text, z.object({ type: z.literal('refusal'), refusal: z.string() })])),
]);

/** `messages` of chat completions. */
export const chatMessages = z
  .array(
    z.discriminatedUnion('role', [
      z.object({ role: z.enum(['system', 'developer']), content: textContent }),
      z.object({ role: z.literal('user'), content: userContent }),
      z.object({
        role: z.literal('assistant'),
        content: answerContent.nullish(),
        refusal: z.string().nullish(),
        tool_calls: z.array(z.unknown()).nullish(),
        function_call: z.unknown().nullish(),
      }),
      z.object({ role: z.enum(['tool', 'function']), content: z.unknown() }),
    ]),
  )
  .min(1, 'must hold at least one message');

type ChatMessage = z.infer<typeof chatMessages>[number];
type ContentPart = Exclude<z.infer<typeof userContent>, string>[number];

/** @throws OpenAiError 400 for what tools of the client's own said, and for parts that can't be used. */
export function readChatMessages(given: readonly ChatMessage[]): Said {
  const instructions: string[] = [];
  const messages: Said['messages'][number][] = [];
  for (const [index, message] of given.entries()) {
    const param = `messages[${index}]`;
    if (message.role === 'system' || message.role === 'developer') {
      const { content } = message;
      instructions.push(typeof content === 'string' ? content : content.map((part) => part.text).join('\n'));
    } else if (message.role === 'user') {
      messages.push({ role: 'user', parts: userParts(message.content, `${param}.content`) });
    } else if (message.role === 'assistant') {
      const parts = answerParts(message, param);
      if (parts.length > 0) messages.push({ role: 'assistant', parts });
    } else throw ofTools(`${param}.role`);
  }
  return { instructions, messages };
}

function ofTools(param: string): OpenAiError {
  return new OpenAiError(400, `${param}: tools are the agent's own and run on the server; leave out the client's`, {
    param,
    code: 'unsupported_parameter',
  });
}

function userParts(content: z.infer<typeof userContent>, param: string): readonly UserPart[] {
  if (typeof content === 'string') return [textPart(content)];
  return content.map((part, index) => partOf(part, `${param}[${index}]`));
}

function partOf(part: ContentPart, param: string): UserPart {
  switch (part.type) {
    case 'text':
      return textPart(part.text);
    case 'image_url':
      return imagePart(part.image_url.url, `${param}.image_url.url`);
    case 'input_audio':
      return audioPart(part.input_audio);
    case 'file':
      return filePart(part.file, `${param}.file`);
  }
}

function answerParts(message: ChatMessage & { role: 'assistant' }, param: string): readonly UserPart[] {
  const { content, refusal, tool_calls: toolCalls, function_call: functionCall } = message;
  if ((toolCalls ?? []).length > 0 || functionCall != null) throw ofTools(`${param}.tool_calls`);
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : (content ?? []);
  return [...parts, ...(refusal == null ? [] : [{ type: 'refusal' as const, refusal }])]
    .map((part) => (part.type === 'text' ? part.text : part.refusal))
    .filter((said) => said !== '')
    .map(textPart);
}
