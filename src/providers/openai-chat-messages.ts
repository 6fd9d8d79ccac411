import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionFunctionTool,
} from 'openai/resources/chat/completions';
import type { ToolSpec } from '../domain/agent.ts';
import { type MediaPart, type Part, type ReasoningPart, textOf } from '../domain/messages.ts';
import { audioFormat, fileName, inlineData, isMedia, mediaUrl, refuseMedia } from './media.ts';
import { ownProviderData } from './provider-data.ts';
import type { RequestMessage } from './provider.ts';
import { objectOf } from './raw.ts';
import { toolInputObject, toolName, toolOutputText } from './tool-input.ts';

/** Messages for chat completions. `source` is `provider/model`. */
export function chatMessages(
  provider: string,
  source: string,
  instructions: string,
  messages: readonly RequestMessage[],
): ChatCompletionMessageParam[] {
  // DeepSeek, Kimi and OpenRouter want reasoning back while a turn's tools run; of earlier turns some refuse it.
  const turn = messages.findLastIndex((message) => message.role === 'user');
  const system: ChatCompletionMessageParam[] = instructions === '' ? [] : [{ role: 'system', content: instructions }];
  return [
    ...system,
    ...messages.flatMap((message, index): ChatCompletionMessageParam[] => {
      if (message.role === 'user') return userMessage(provider, message.parts);
      if (message.role === 'tool') return toolMessages(message.parts);
      return assistantMessage(provider, source, message.parts, index > turn);
    }),
  ];
}

/** A message of text alone goes as a string: many servers know nothing else. */
function userMessage(provider: string, parts: readonly Part[]): ChatCompletionMessageParam[] {
  const content = parts.flatMap((part) => userContent(provider, part));
  if (content.length === 0) return [];
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  return [{ role: 'user', content: texts.length === content.length ? texts.join('\n\n') : content }];
}

function userContent(provider: string, part: Part): ChatCompletionContentPart[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'image':
    case 'audio':
    case 'file':
      return [userMedia(provider, part)];
    default:
      return [];
  }
}

function userMedia(provider: string, part: MediaPart): ChatCompletionContentPart {
  if (part.type === 'image') return { type: 'image_url', image_url: { url: mediaUrl(part) } };
  const accepted = 'images, and audio (wav, mp3) and files as inline data';
  if (part.url !== undefined) throw refuseMedia(provider, part, accepted);
  if (part.type === 'file') {
    return { type: 'file', file: { filename: fileName(part.mediaType), file_data: mediaUrl(part) } };
  }
  const format = audioFormat(part.mediaType);
  if (format === null) throw refuseMedia(provider, part, accepted);
  return { type: 'input_audio', input_audio: { data: inlineData(part), format } };
}

function toolMessages(parts: readonly Part[]): ChatCompletionMessageParam[] {
  return parts.flatMap((part) =>
    part.type === 'tool-result'
      ? [{ role: 'tool', tool_call_id: part.callId, content: toolOutputText(part.output) }]
      : [],
  );
}

function assistantMessage(
  provider: string,
  source: string,
  parts: readonly Part[],
  inTurn: boolean,
): ChatCompletionMessageParam[] {
  const medium = parts.find(isMedia);
  if (medium !== undefined) throw refuseMedia(provider, medium, 'media in user messages only');
  const text = textOf(parts);
  const calls = parts.flatMap((part) => (part.type === 'tool-call' ? [toolCall(part, source)] : []));
  if (text === '' && calls.length === 0) return [];
  const reasoning = inTurn
    ? parts.flatMap((part) => (part.type === 'reasoning' ? [reasoningFields(part, source)] : []))
    : [];
  return [
    {
      role: 'assistant',
      content: text === '' ? null : text,
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
      ...Object.assign({}, ...reasoning),
    },
  ];
}

/** What the provider called its reasoning, and the signed details of OpenRouter, see `chat-reasoning.ts`. */
function reasoningFields(part: ReasoningPart, source: string): object {
  const own = objectOf(ownProviderData(part.providerData, source));
  if (own === null) return {};
  return {
    ...(typeof own.field === 'string' && part.text !== '' ? { [own.field]: part.text } : {}),
    ...(Array.isArray(own.details) ? { reasoning_details: own.details } : {}),
  };
}

function toolCall(part: Part & { type: 'tool-call' }, source: string): ChatCompletionMessageFunctionToolCall {
  return {
    id: part.callId,
    type: 'function',
    function: { name: toolName(part.tool), arguments: JSON.stringify(toolInputObject(part.input)) },
    // Google signs its thoughts here and refuses a call that comes back without them.
    ...objectOf(ownProviderData(part.providerData, source)),
  };
}

export function chatTool(tool: ToolSpec): ChatCompletionFunctionTool {
  return {
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: { ...tool.inputSchema } },
  };
}
