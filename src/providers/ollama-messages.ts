import type { Message, Tool } from 'ollama';
import type { ToolSpec } from '../domain/agent.ts';
import { type Part, textOf } from '../domain/messages.ts';
import { inlineData, isMedia, refuseMedia } from './media.ts';
import type { RequestMessage } from './provider.ts';
import { toolInputObject, toolOutputText } from './tool-input.ts';

/** Messages for Ollama's own chat route. It knows no ids of tool calls: results follow in the order of the calls. */
export function ollamaMessages(provider: string, instructions: string, messages: readonly RequestMessage[]): Message[] {
  const system: Message[] = instructions === '' ? [] : [{ role: 'system', content: instructions }];
  return [...system, ...messages.flatMap((message) => toMessages(provider, message))];
}

function toMessages(provider: string, message: RequestMessage): Message[] {
  const { role, parts } = message;
  if (role === 'tool') {
    return parts.flatMap((part) =>
      part.type === 'tool-result' ? [{ role: 'tool', content: toolOutputText(part.output), tool_name: part.tool }] : [],
    );
  }
  const images = parts.flatMap((part) => image(provider, part));
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call' ? [{ function: { name: part.tool, arguments: toolInputObject(part.input) } }] : [],
  );
  const text = textOf(parts);
  if (text === '' && images.length === 0 && calls.length === 0) return [];
  return [
    {
      role,
      content: text,
      ...(images.length === 0 ? {} : { images }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

/** As bytes: the package takes a string for the name of a file first, and would read that file. */
function image(provider: string, part: Part): Uint8Array[] {
  if (!isMedia(part)) return [];
  if (part.type !== 'image' || part.url !== undefined) throw refuseMedia(provider, part, 'images as inline data');
  return [Buffer.from(inlineData(part), 'base64')];
}

export function ollamaTool(tool: ToolSpec): Tool {
  return {
    type: 'function',
    function: {
      name: tool.name,
      description: tool.description,
      parameters: tool.inputSchema as unknown as NonNullable<Tool['function']['parameters']>,
    },
  };
}
