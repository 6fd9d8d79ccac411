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
import { toolInputObject, toolName, toolOutputText } from './tool-input.ts';
import { withoutIdleReasoning } from './idle-reasoning.ts';

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
    const content = withoutIdleReasoning(message.parts).flatMap((part) => block(provider, source, part));
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
      return [{ type: 'tool_use', id: part.callId, name: toolName(part.tool), input: toolInputObject(part.input) }];
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

/** The mark stands on the last tool: it covers all before it, and holds when the instructions change. */
export function anthropicTools(tools: readonly ToolSpec[], control: CacheControlEphemeral | null): Tool[] {
  return tools.map((tool, index) => ({
    name: tool.name,
    description: tool.description,
    input_schema: tool.inputSchema as unknown as Tool.InputSchema,
    ...(control !== null && index === tools.length - 1 ? { cache_control: control } : {}),
  }));
}

/**
 * Marks the ends of the two newest user messages, tool results included. At the last one this request's entry is
 * written; at the one before it the session's last request has written its own. From a mark alone an entry is found 20
 * blocks back, and a turn of many tool calls has more. With those of tools and instructions these are the four marks
 * that Anthropic takes: https://platform.claude.com/docs/en/build-with-claude/prompt-caching
 */
export function markHistory(messages: MessageParam[], control: CacheControlEphemeral | null): MessageParam[] {
  if (control === null) return messages;
  const newest = messages.flatMap(({ role }, index) => (role === 'user' ? [index] : [])).slice(-2);
  return messages.map((message, index) => (newest.includes(index) ? markEnd(message, control) : message));
}

function markEnd(message: MessageParam, control: CacheControlEphemeral): MessageParam {
  if (typeof message.content === 'string') return message;
  const marked = message.content.map((block, index, { length }) =>
    index === length - 1 ? ({ ...block, cache_control: control } as ContentBlockParam) : block,
  );
  return { ...message, content: marked } as MessageParam;
}
