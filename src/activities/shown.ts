import type { Summary } from '../domain/compaction.ts';
import type { TokenRange } from '../domain/context.ts';
import { asReferences, withWayToWhole } from '../domain/references.ts';
import { summaryPart } from '../domain/summary-text.ts';
import { estimateMessage, storedRange, type CountedMessage, type CountedRange, type Reader } from '../models/index.ts';
import type { RequestMessage } from '../providers/provider.ts';
import type { BlobStore, StoredMessage } from '../store/store.ts';
import { loadMedia } from './media.ts';

/** A message as a request has it, with its tokens. */
export type Shown = StoredMessage & CountedMessage & { readonly range: CountedRange };

export interface ShowOptions {
  readonly store: BlobStore;
  readonly reader: Reader;
  readonly resultsThroughSeq: number;
}

/** Messages as the context has them: media loaded, tool results up to `resultsThroughSeq` as references. */
export async function showMessages(
  messages: readonly StoredMessage[],
  { store, reader, resultsThroughSeq }: ShowOptions,
): Promise<readonly Shown[]> {
  return await Promise.all(
    messages.map(async (stored) => {
      const message = stored.seq <= resultsThroughSeq ? shortened(stored) : counted(stored, withWayToWhole(stored));
      const { parts: sent } = await loadMedia(message, store);
      return { ...message, sent, range: storedRange({ ...message, sent }, reader) };
    }),
  );
}

function shortened(message: StoredMessage): StoredMessage {
  return counted(message, asReferences(message));
}

/** What is shown in place of a message, with its own tokens where it is not the same. */
function counted(stored: StoredMessage, shown: StoredMessage): StoredMessage {
  return shown === stored ? stored : { ...shown, tokens: estimateMessage(shown.parts) };
}

/** The same messages with the summary before what the first of them says. */
export function withSummary(messages: readonly Shown[], summary: Summary | null): readonly RequestMessage[] {
  const all = messages.map(({ role, sent }) => ({ role, parts: sent }));
  const [first, ...rest] = all;
  if (summary === null || first === undefined) return all;
  return [{ ...first, parts: [summaryPart(summary), ...first.parts] }, ...rest];
}

/** Tokens that a summary adds to the message it stands in. */
export function summaryRange(summary: Summary | null, reader: Reader): TokenRange {
  if (summary === null) return { tokens: 0, upperBound: 0 };
  const parts = [summaryPart(summary)];
  return storedRange({ parts, sent: parts, tokens: estimateMessage(parts) }, reader);
}
