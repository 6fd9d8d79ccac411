import type { Part, UserPart } from '../domain/messages.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { QueuedMessage } from '../domain/steps.ts';
import type { RequestMessage } from '../providers/provider.ts';
import type { BlobStore } from '../store/store.ts';

type Content = Pick<QueuedMessage, 'parts' | 'metadata'>;

/** What a message says, wherever it waits; its inline media is in the store after this. */
export async function contentOf(
  store: BlobStore,
  message: Pick<QueuedMessage, 'parts' | 'storedAs' | 'metadata'>,
): Promise<Content> {
  const content = await stashed(store, message);
  return { ...content, parts: await storeMedia(content.parts, store) };
}

async function stashed(store: BlobStore, message: Parameters<typeof contentOf>[1]): Promise<Content> {
  if (message.storedAs === undefined) return message;
  const blob = await store.blob(message.storedAs);
  if (blob === null) {
    throw new LoadlineError(
      'InvalidMessage',
      `The queued message ${message.storedAs} is not in the store. Send it again`,
    );
  }
  return JSON.parse(Buffer.from(blob.bytes).toString('utf8')) as Content;
}

/** Moves inline base64 into the store's blobs, so that the transcript names it and never carries it. */
export async function storeMedia(parts: readonly UserPart[], store: BlobStore): Promise<readonly UserPart[]> {
  return await Promise.all(
    parts.map(async (part) => {
      if (part.type === 'text' || part.data === undefined) return part;
      const { data, ...rest } = part;
      return { ...rest, storedAs: await store.putBlob(Buffer.from(data, 'base64'), part.mediaType) };
    }),
  );
}

/** Puts what the store keeps back into a message, as base64, for the request alone. */
export async function loadMedia(message: RequestMessage, store: BlobStore): Promise<RequestMessage> {
  if (!message.parts.some((part) => 'storedAs' in part && part.storedAs !== undefined)) return message;
  const parts = await Promise.all(message.parts.map((part) => loadPart(part, store)));
  return { ...message, parts };
}

async function loadPart(part: Part, store: BlobStore): Promise<Part> {
  if (part.type !== 'image' && part.type !== 'audio' && part.type !== 'file') return part;
  if (part.storedAs === undefined) return part;
  const blob = await store.blob(part.storedAs);
  if (blob === null) {
    throw new LoadlineError('InvalidMessage', `The ${part.type} ${part.storedAs} is not in the store. Send it again`);
  }
  const { storedAs: _, ...rest } = part;
  return { ...rest, data: Buffer.from(blob.bytes).toString('base64') };
}
