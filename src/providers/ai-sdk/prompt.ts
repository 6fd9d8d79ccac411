import { Buffer } from 'node:buffer';
import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import type { CacheSettings } from '../../domain/agent.ts';
import type { MediaPart, Part, ToolResultPart } from '../../domain/messages.ts';
import { inlineData, isMedia } from '../media.ts';
import { promptCaching } from '../prompt-caching.ts';
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
  const { prompt_cache_key: promptCacheKey, prompt_cache_options: promptCacheOptions } = promptCaching(request);
  const openai = {
    store: false,
    promptCacheKey,
    ...(promptCacheOptions === undefined ? {} : { promptCacheOptions }),
  };
  const marked = cacheMark(request.cache);
  return {
    prompt: prompt(request, source, specification, marked),
    maxOutputTokens: request.maxOutputTokens,
    abortSignal,
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, inputSchema }, index) => ({
            type: 'function' as const,
            name,
            description,
            inputSchema: { ...inputSchema },
            ...(index === tools.length - 1 ? marked : {}),
          })),
          toolChoice: { type: 'auto' as const },
        }),
    ...(output === null ? {} : { responseFormat: { type: 'json', schema: { ...output }, name: 'output' } }),
    providerOptions: {
      openai: output === null ? openai : { ...openai, strictJsonSchema: isStrictSchema(output) },
    },
  };
}

function prompt(
  { instructions, messages }: ModelRequest,
  source: string,
  specification: Specification,
  marked: CacheMark,
): LanguageModelV4Message[] {
  const system: LanguageModelV4Message[] =
    instructions === '' ? [] : [{ role: 'system', content: instructions, ...marked }];
  const translated = messages
    .map((message) => translate(message, source, specification))
    .filter((message) => message.content.length > 0);
  const ends = endsOfTurns(translated);
  return [...system, ...translated.map((message, at) => (ends.includes(at) ? { ...message, ...marked } : message))];
}

/** Where the two newest turns of user and tools end: the marks of Anthropic's own wire, see `markHistory`. */
function endsOfTurns(messages: readonly LanguageModelV4Message[]): readonly number[] {
  const isAnswer = (at: number): boolean => (messages[at]?.role ?? 'assistant') === 'assistant';
  return [...messages.keys()].filter((at) => !isAnswer(at) && isAnswer(at + 1)).slice(-2);
}

interface CacheMark {
  readonly providerOptions?: ProviderOptions;
}

function cacheMark({ instructions, ttl }: CacheSettings): CacheMark {
  if (!instructions) return {};
  const cacheControl = { type: 'ephemeral', ...(ttl === '1h' ? { ttl } : {}) };
  return { providerOptions: { anthropic: { cacheControl } } };
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
