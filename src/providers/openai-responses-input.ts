import type {
  FunctionTool,
  ResponseFunctionCallOutputItemList,
  ResponseInputContent,
  ResponseInputItem,
  ResponseReasoningItem,
} from 'openai/resources/responses/responses';
import type { ToolSpec } from '../domain/agent.ts';
import type { MediaPart, Part, ToolResultPart } from '../domain/messages.ts';
import { fileName, isMedia, mediaUrl, refuseMedia } from './media.ts';
import { ownProviderData } from './provider-data.ts';
import type { RequestMessage } from './provider.ts';
import { toolInputObject, toolName, toolOutputText } from './tool-input.ts';
import { withoutIdleReasoning } from './idle-reasoning.ts';

/** Messages as the input items of the Responses API. `source` is `provider/model`. */
export function responsesInput(
  provider: string,
  source: string,
  messages: readonly RequestMessage[],
): ResponseInputItem[] {
  return messages.flatMap((message) => {
    if (message.role === 'tool') return toolItems(provider, message.parts);
    if (message.role !== 'user') {
      return withoutIdleReasoning(message.parts).flatMap((part) =>
        part.type === 'tool-result' ? [] : replyItem(provider, source, part),
      );
    }
    const content = message.parts.flatMap((part) => userContent(provider, part));
    return content.length === 0 ? [] : [{ type: 'message', role: 'user', content }];
  });
}

function userContent(provider: string, part: Part): ResponseInputContent[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'input_text', text: part.text }];
    case 'image':
    case 'audio':
    case 'file':
      return [userMedia(provider, part)];
    default:
      return [];
  }
}

function userMedia(provider: string, part: MediaPart): ResponseInputContent {
  if (part.type === 'image') return { type: 'input_image', image_url: mediaUrl(part), detail: 'auto' };
  if (part.type === 'audio') throw refuseMedia(provider, part, 'text, images and files');
  if (part.url !== undefined) return { type: 'input_file', file_url: part.url };
  return { type: 'input_file', filename: fileName(part.mediaType), file_data: mediaUrl(part) };
}

/** Results, each with the media that stand behind it. */
function toolItems(provider: string, parts: readonly Part[]): ResponseInputItem[] {
  return parts.flatMap((part, at) => {
    if (part.type !== 'tool-result') return [];
    const text = toolOutputText(part.output);
    const end = parts.findIndex((other, index) => index > at && other.type === 'tool-result');
    const media = parts.slice(at + 1, end < 0 ? undefined : end).filter(isMedia);
    const content = [{ type: 'input_text' as const, text }, ...media.map((medium) => userMedia(provider, medium))];
    const output = media.length === 0 ? text : (content as ResponseFunctionCallOutputItemList);
    return [{ type: 'function_call_output', call_id: part.callId, output }];
  });
}

/** An item of an assistant's message. */
function replyItem(provider: string, source: string, part: Exclude<Part, ToolResultPart>): ResponseInputItem[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ type: 'message', role: 'assistant', content: part.text }];
    case 'reasoning': {
      const item = ownProviderData(part.providerData, source);
      return item === undefined ? [] : [item as ResponseReasoningItem];
    }
    case 'tool-call':
      return [
        {
          type: 'function_call',
          call_id: part.callId,
          name: toolName(part.tool),
          arguments: JSON.stringify(toolInputObject(part.input)),
        },
      ];
    default:
      throw refuseMedia(provider, part, 'media in user messages only');
  }
}

/** The schema goes as it is: strict mode, the API's default, would refuse optional fields. */
export function responsesTool(tool: ToolSpec): FunctionTool {
  return {
    type: 'function',
    name: tool.name,
    description: tool.description,
    parameters: { ...tool.inputSchema },
    strict: false,
  };
}
