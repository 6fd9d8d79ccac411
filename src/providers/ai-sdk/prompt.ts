import { Buffer } from 'node:buffer';
import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import type { MediaPart, Part, ToolResultPart } from '../../domain/messages.ts';
import { inlineData, isMedia } from '../media.ts';
import { ownProviderData } from '../provider-data.ts';
import type { ModelRequest, RequestMessage } from '../provider.ts';
import { objectOf } from '../raw.ts';
import { isStrictSchema } from '../strict-schema.ts';
import { toolInputObject } from '../tool-input.ts';

type ProviderOptions = NonNullable<LanguageModelV4CallOptions['providerOptions']>;
type ContentOf<Role> = Extract<LanguageModelV4Message, { role: Role; content: readonly unknown[] }>['content'];

/** Files stand bare in prompts of v2 and v3, tagged with their kind in v4. */
export type Specification = 'v2' | 'v3' | 'v4';

/**
 * A request as call options of the AI SDK. What only one provider knows stands in its own options, which the others
 * pass over. `source` is `provider/model`.
 */
export function callOptions(
  request: ModelRequest,
  source: string,
  specification: Specification,
  abortSignal: AbortSignal,
): LanguageModelV4CallOptions {
  const { output, tools } = request;
  const openai = { store: false, promptCacheKey: request.cacheKey };
  return {
    prompt: prompt(request, source, specification),
    maxOutputTokens: request.maxOutputTokens,
    abortSignal,
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }) => ({
            type: 'function' as const,
            name,
            description,
            inputSchema: { ...inputSchema },
          })),
          toolChoice: { type: 'auto' as const },
        }),
    ...(output === null ? {} : { responseFormat: { type: 'json', schema: { ...output }, name: 'output' } }),
    providerOptions: {
      openai: output === null ? openai : { ...openai, strictJsonSchema: isStrictSchema(output) },
    },
  };
}

function prompt(request: ModelRequest, source: string, specification: Specification): LanguageModelV4Message[] {
  const marked = request.cache.instructions ? { providerOptions: cacheMark(request.cache.ttl) } : {};
  const { instructions, messages } = request;
  const system: LanguageModelV4Message[] =
    instructions === '' ? [] : [{ role: 'system', content: instructions, ...marked }];
  const translated = messages
    .map((message) => translate(message, source, specification))
    .filter((message) => message.content.length > 0);
  const last = translated.pop();
  return [...system, ...translated, ...(last === undefined ? [] : [{ ...last, ...marked }])];
}

function cacheMark(ttl: '5m' | '1h'): ProviderOptions {
  return { anthropic: { cacheControl: { type: 'ephemeral', ...(ttl === '1h' ? { ttl } : {}) } } };
}

function translate(message: RequestMessage, source: string, specification: Specification): LanguageModelV4Message {
  const { role, parts } = message;
  if (role === 'user') return { role, content: parts.flatMap((part) => userContent(part, specification)) };
  if (role === 'assistant') return { role, content: parts.flatMap((part) => assistantContent(part, source)) };
  return { role, content: parts.flatMap((part) => (part.type === 'tool-result' ? [toolResult(part)] : [])) };
}

function userContent(part: Part, specification: Specification): ContentOf<'user'> {
  if (part.type === 'text') return part.text === '' ? [] : [{ type: 'text', text: part.text }];
  return isMedia(part) ? [file(part, specification)] : [];
}

function file(part: MediaPart, specification: Specification): ContentOf<'user'>[number] {
  const bytes = part.url === undefined ? Buffer.from(inlineData(part), 'base64') : null;
  const url = part.url === undefined ? null : new URL(part.url);
  const tagged = url === null ? { type: 'data', data: bytes } : { type: 'url', url };
  const data = specification === 'v4' ? tagged : (url ?? bytes);
  return { type: 'file', mediaType: part.mediaType, data } as ContentOf<'user'>[number];
}

function assistantContent(part: Part, source: string): ContentOf<'assistant'> {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'reasoning': {
      const own = objectOf(ownProviderData(part.providerData, source));
      return own === null ? [] : [{ type: 'reasoning', text: part.text, providerOptions: own as ProviderOptions }];
    }
    case 'tool-call': {
      const own = objectOf(ownProviderData(part.providerData, source));
      return [
        {
          type: 'tool-call',
          toolCallId: part.callId,
          toolName: part.tool,
          input: toolInputObject(part.input),
          ...(own === null ? {} : { providerOptions: own as ProviderOptions }),
        },
      ];
    }
    default:
      return [];
  }
}

function toolResult(part: ToolResultPart): ContentOf<'tool'>[number] {
  const { output, isError } = part;
  const result =
    typeof output === 'string'
      ? { type: isError ? 'error-text' : 'text', value: output }
      : { type: isError ? 'error-json' : 'json', value: output ?? null };
  return {
    type: 'tool-result',
    toolCallId: part.callId,
    toolName: part.tool,
    output: result,
  } as ContentOf<'tool'>[number];
}
