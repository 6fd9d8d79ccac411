import { isAnswered } from '../activities/past.ts';
import { digestOf } from '../activities/request-record.ts';
import { showMessages } from '../activities/shown.ts';
import { LoadlineError } from '../domain/errors.ts';
import { deriveUsage } from '../domain/usage.ts';
import { readerOf } from '../models/index.ts';
import type { SentRequest, Store, StoredMessage } from '../store/store.ts';
import type { RequestView } from './inspect-api.ts';
import { compareItems, type SentItem } from './request-changes.ts';
import { frameItems, messageItem, promptItem, summaryItems } from './request-items.ts';

/**
 * A request as it was sent, made again from what was kept of it.
 *
 * @throws LoadlineError `RunNotFound`
 */
export async function requestView(
  store: Store,
  asked: { readonly sessionId: string; readonly callId: string; readonly attempt?: number },
): Promise<RequestView> {
  const sent = await store.sentRequest(asked);
  if (sent === null) {
    const { sessionId, callId } = asked;
    throw new LoadlineError(
      'RunNotFound',
      `Session ${sessionId} has no request of call ${callId}: nothing was sent for it, or an older version sent it`,
      { sessionId, callId },
    );
  }
  const earlier = await store.sentBefore(sent.row);
  const { items, exact } = await rebuild(store, sent);
  const compared = compareItems(items, earlier === null ? null : (await rebuild(store, earlier)).items);
  const countOf = (kind: 'added' | 'removed'): number => compared.filter(({ change }) => change === kind).length;
  const { row, plan } = sent;
  return {
    callId: row.callId,
    attempt: row.attempt,
    agent: row.agent,
    modelType: row.modelType,
    provider: row.provider,
    model: row.model,
    plan,
    items: compared,
    tokens: items.reduce((sum, { tokens }) => sum + tokens, 0),
    inputTokens: row.state === 'settled' && row.usage !== null ? deriveUsage(row.usage).inputTokens : null,
    exact,
    before:
      earlier === null ? null : { callId: earlier.row.callId, added: countOf('added'), removed: countOf('removed') },
  };
}

interface Rebuilt {
  readonly items: readonly SentItem[];
  /** Its messages have the hash of those that were sent. */
  readonly exact: boolean;
}

async function rebuild(store: Store, sent: SentRequest): Promise<Rebuilt> {
  const { row, prompt, summary, resultsThroughSeq, digest } = sent;
  const frame = frameItems(sent);
  if (prompt !== undefined) return { items: [...frame, promptItem(sent, prompt, frame)], exact: true };
  const reader = readerOf(row.provider, row.model);
  const stored = await messagesOf(store, sent);
  const shown = await showMessages(stored, { store, reader, resultsThroughSeq });
  const messages = shown.map((one, index) => messageItem(stored[index] ?? one, one, resultsThroughSeq));
  return { items: [...frame, ...summaryItems(sent), ...messages], exact: digestOf(shown, summary) === digest };
}

/** Those of the past and of the run itself, up to the newest that there was then. */
async function messagesOf(
  store: Store,
  { row, firstRun, lastRun, lastSeq }: SentRequest,
): Promise<readonly StoredMessage[]> {
  const { sessionId, runId } = row;
  if (runId === null) return [];
  const bounds = { afterNumber: firstRun - 1, beforeNumber: lastRun, maxRuns: null, maxTokens: null };
  const past = firstRun > 0 ? (await store.history(sessionId, bounds)).filter(isAnswered) : [];
  const own = await store.messagesOfRun(sessionId, runId);
  return [...past.flatMap(({ messages }) => messages), ...own].filter(({ seq }) => seq <= lastSeq);
}
