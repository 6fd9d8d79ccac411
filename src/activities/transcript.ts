import type { ToolTranscript } from '../config/tool.ts';
import type { Part } from '../domain/messages.ts';
import type { Store, StoredMessage } from '../store/store.ts';

/** Characters of a page where the window is unknown or large: about 2,000 tokens. */
const pageChars = 8_000;
const excerptChars = 400;

/**
 * A session's transcript as its tools may read it. Pages are short enough for the window: about a quarter of it.
 *
 * @param window tokens; `null`: unknown.
 */
export function transcriptOf(store: Store, sessionId: string, window: number | null): ToolTranscript {
  const page = window === null ? pageChars : Math.min(pageChars, Math.max(excerptChars, window));
  return {
    async read(number, from = 0) {
      const message = await store.message(sessionId, number);
      if (message === null) return null;
      const whole = textOfMessage(message);
      const text = whole.slice(from, from + page);
      const end = from + text.length;
      return { role: message.role, text, total: whole.length, next: end < whole.length ? end : null };
    },
    async search(text, limit = 10) {
      const found = await store.search(sessionId, { text, limit });
      const chars = Math.min(excerptChars, Math.floor(page / Math.max(1, found.length)));
      return found.map((message) => ({
        message: message.seq,
        role: message.role,
        excerpt: excerpt(textOfMessage(message), text, chars),
      }));
    },
  };
}

/** All that a message says, media by what it is. */
function textOfMessage({ parts }: StoredMessage): string {
  return parts.map(textOfPart).join('\n').trim();
}

function textOfPart(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return part.text;
    case 'tool-call':
      return `[calls ${part.tool} with ${JSON.stringify(part.input)}]`;
    case 'tool-result':
      return typeof part.output === 'string' ? part.output : JSON.stringify(part.output);
    case 'image':
    case 'audio':
    case 'file':
      return `[${part.type} ${part.mediaType} ${part.url ?? part.storedAs ?? ''}]`;
  }
}

/** The place in a text where the first of the words stands, with what is around it. */
function excerpt(text: string, words: string, chars: number): string {
  const flat = text.replaceAll(/\s+/g, ' ');
  if (flat.length <= chars) return flat;
  const lower = flat.toLowerCase();
  const places = (words.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
    .toSorted((one, other) => other.length - one.length)
    .map((word) => lower.indexOf(word))
    .filter((at) => at >= 0);
  const start = Math.max(0, Math.min((places[0] ?? 0) - Math.floor(chars / 4), flat.length - chars));
  const end = start + chars;
  return `${start > 0 ? '…' : ''}${flat.slice(start, end)}${end < flat.length ? '…' : ''}`;
}
