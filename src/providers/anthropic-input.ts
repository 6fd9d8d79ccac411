import type {
  CacheControlEphemeral,
  ContentBlockParam,
  DocumentBlockParam,
  ImageBlockParam,
  MessageParam,
  TextBlockParam,
  Tool,
} from '@anthropic-ai/sdk/resources/messages';
import type { CacheSettings, ToolSpec } from '../domain/agent.ts';
import type { MediaPart, Part } from '../domain/messages.ts';
import { inlineData, refuseMedia } from './media.ts';
import { ownProviderData } from './provider-data.ts';
import type { RequestMessage } from './provider.ts';
import { toolInputObject, toolOutputText } from './tool-input.ts';

const imageTypes = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'] as const;
const accepted = 'images (jpeg, png, gif, webp), PDF files, and plain text files as inline data';

/**
 * Messages for Anthropic: what follows one another in the same role becomes one message, since all results of an
 * assistant's tool calls must stand in the one user message after it, ahead of everything else in it.
 *
 * @param source `provider/model`
 */
export function anthropicMessages(
  provider: string,
  source: string,
  messages: readonly RequestMessage[],
): MessageParam[] {
  const merged: { role: 'user' | 'assistant'; content: ContentBlockParam[] }[] = [];
  for (const message of messages) {
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = message.parts.flatMap((part) => block(provider, source, part));
    const last = merged.at(-1);
    if (last?.role === role) last.content.push(...content);
    else merged.push({ role, content });
  }
  return merged.filter((message) => message.content.length > 0).map(resultsFirst);
}

function resultsFirst({ role, content }: { role: 'user' | 'assistant'; content: ContentBlockParam[] }): MessageParam {
  const isResult = (item: ContentBlockParam) => item.type === 'tool_result';
  return { role, content: [...content.filter(isResult), ...content.filter((item) => !isResult(item))] };
}

function block(provider: string, source: string, part: Part): ContentBlockParam[] {
  switch (part.type) {
    case 'text': // an empty block is refused
      return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }];
    case 'reasoning': {
      const thinking = ownProviderData(part.providerData, source);
      return thinking === undefined ? [] : [thinking as ContentBlockParam];
    }
    case 'tool-call':
      return [{ type: 'tool_use', id: part.callId, name: part.tool, input: toolInputObject(part.input) }];
    case 'tool-result':
      return [
        {
          type: 'tool_result',
          tool_use_id: part.callId,
          content: toolOutputText(part.output),
          ...(part.isError ? { is_error: true } : {}),
        },
      ];
    default:
      return [media(provider, part)];
  }
}

function media(provider: string, part: MediaPart): ImageBlockParam | DocumentBlockParam {
  const imageType = imageTypes.find((type) => type === part.mediaType);
  if (part.type === 'image' && part.url !== undefined) {
    return { type: 'image', source: { type: 'url', url: part.url } };
  }
  if (part.type === 'image' && imageType !== undefined) {
    return { type: 'image', source: { type: 'base64', media_type: imageType, data: inlineData(part) } };
  }
  if (part.type === 'file' && part.mediaType === 'application/pdf') {
    return part.url === undefined
      ? { type: 'document', source: { type: 'base64', media_type: part.mediaType, data: inlineData(part) } }
      : { type: 'document', source: { type: 'url', url: part.url } };
  }
  if (part.type === 'file' && part.mediaType.startsWith('text/') && part.url === undefined) {
    const text = Buffer.from(inlineData(part), 'base64').toString('utf8');
    return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: text } };
  }
  throw refuseMedia(provider, part, accepted);
}

export function cacheControl(cache: CacheSettings): CacheControlEphemeral | null {
  if (!cache.instructions) return null;
  return cache.ttl === '1h' ? { type: 'ephemeral', ttl: '1h' } : { type: 'ephemeral' };
}

export function anthropicSystem(instructions: string, control: CacheControlEphemeral | null): TextBlockParam[] {
  if (instructions.trim() === '') return [];
  return [{ type: 'text', text: instructions, ...(control === null ? {} : { cache_control: control }) }];
}

/** The mark stands on the last tool: it covers all before it. */
export function anthropicTools(tools: readonly ToolSpec[], control: CacheControlEphemeral | null): Tool[] {
  return tools.map((tool, index) => ({
    name: tool.name,
    description: tool.description,
    input_schema: tool.inputSchema as unknown as Tool.InputSchema,
    ...(control !== null && index === tools.length - 1 ? { cache_control: control } : {}),
  }));
}

/** Marks the end of the conversation, from which the next request's prefix is read. Thinking can't carry the mark. */
export function markLastMessage(messages: MessageParam[], control: CacheControlEphemeral | null): MessageParam[] {
  const last = messages.at(-1);
  if (control === null || last === undefined || typeof last.content === 'string') return messages;
  const end = last.content.at(-1);
  if (end === undefined || end.type === 'thinking' || end.type === 'redacted_thinking') return messages;
  const marked = { ...end, cache_control: control } as ContentBlockParam;
  const content = [...last.content.slice(0, -1), marked];
  return [...messages.slice(0, -1), { role: last.role, content } as MessageParam];
}
