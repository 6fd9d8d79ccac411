import type { ToolTranscript } from '../config/tool.ts';
import { excerpt, textOfMessage } from '../domain/message-text.ts';
import type { Part } from '../domain/messages.ts';
import { isExcerpt } from '../domain/references.ts';
import type { BlobStore, Store, StoredMessage } from '../store/store.ts';

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
      const whole = textOfMessage(await withWholeResults(store, message));
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

/** A message with the results of tools that the store keeps beside it. */
async function withWholeResults(store: BlobStore, message: StoredMessage): Promise<StoredMessage> {
  const parts = message.parts.map(async (part): Promise<Part> => {
    if (!isExcerpt(part)) return part;
    const blob = await store.blob(part.storedAs);
    return blob === null ? part : { ...part, output: Buffer.from(blob.bytes).toString('utf8') };
  });
  return { ...message, parts: await Promise.all(parts) };
}
