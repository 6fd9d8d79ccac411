import type { MediaPart, Message, Part } from '../../../domain/messages.ts';
import { callOf } from '../../answer/replay.ts';
import { itemsOf, outputText, type OutputItem } from '../responses/items.ts';

type SaidItem = ReturnType<typeof said>;

/** What a transcript, or a part of it, is as items of a conversation. */
export function conversationItems(messages: readonly Message[]): readonly (SaidItem | OutputItem)[] {
  const runs = Map.groupBy(messages, ({ runId }) => runId);
  return messages.flatMap((message): readonly (SaidItem | OutputItem)[] => {
    if (message.role === 'user') return [said(message, 'user')];
    if (message.role === 'assistant' && callOf(message) === null) return [said(message, 'assistant')];
    return itemsOf(message, runs.get(message.runId) ?? []);
  });
}

function said({ id, parts }: Message, role: 'user' | 'assistant') {
  const content = parts.map((part) => contentOf(part, role));
  return { type: 'message' as const, id: `msg_${id}`, status: 'completed' as const, role, content };
}

function contentOf(part: Part, role: 'user' | 'assistant') {
  switch (part.type) {
    case 'text':
      return role === 'user' ? { type: 'input_text' as const, text: part.text } : outputText(part.text);
    case 'image':
      return { type: 'input_image' as const, image_url: sourceOf(part), detail: 'auto' as const };
    case 'audio':
    case 'file':
      return { type: 'input_file' as const, file_url: sourceOf(part) };
    default:
      return { type: 'input_text' as const, text: '' };
  }
}

/** What was sent inline is in the store, and is named by its id. */
function sourceOf({ url, data, storedAs, mediaType }: MediaPart): string {
  if (url !== undefined) return url;
  return data === undefined ? `loadline:blob/${storedAs ?? ''}` : `data:${mediaType};base64,${data}`;
}
