import { LoadlineError } from '../domain/errors.ts';
import type { Message } from '../domain/messages.ts';
import { toSessionMetrics } from '../domain/metrics.ts';
import type { ListedSession, Store, StoredMessage } from '../store/store.ts';
import type { SessionState } from '../domain/session.ts';
import type { FoundMessage, SessionDetails, SessionListItem, SessionQuery } from './api.ts';

/** What can be read from the store alone, whether or not anything runs. */

const sessionPage = 50;
const messagePage = 500;
const foundMessages = 10;

function toListItem(row: ListedSession): SessionListItem {
  const { sessionId, agent, user, tenant, status, activity, waitingFor, thresholdsFired, createdAt, updatedAt } = row;
  const metrics = toSessionMetrics(sessionId, row.totals, row.context, row.members);
  const now = { status, activity, waitingFor, thresholdsFired };
  return { sessionId, agent, user, tenant, ...now, createdAt, updatedAt, metrics };
}

/** Newest first. */
export async function listSessions(
  store: Pick<Store, 'sessions'>,
  query: SessionQuery,
): Promise<{ readonly sessions: readonly SessionListItem[]; readonly cursor: string | null }> {
  const page = await store.sessions({ ...query, limit: query.limit ?? sessionPage });
  return { sessions: page.sessions.map(toListItem), cursor: page.cursor };
}

export function toMessage({ seq: _, tokens: __, ...message }: StoredMessage): Message {
  return message;
}

/** The whole transcript, oldest first. */
export async function readMessages(store: Pick<Store, 'messages'>, sessionId: string): Promise<readonly Message[]> {
  const all: Message[] = [];
  for (let afterSeq = 0; ;) {
    const page = await store.messages(sessionId, { afterSeq, limit: messagePage });
    all.push(...page.map(toMessage));
    const last = page.at(-1);
    if (last === undefined || page.length < messagePage) return all;
    afterSeq = last.seq;
  }
}

/** Messages that say this, the best match first. */
export async function searchTranscript(
  store: Pick<Store, 'search'>,
  sessionId: string,
  { text, limit = foundMessages }: { readonly text: string; readonly limit?: number | undefined },
): Promise<readonly FoundMessage[]> {
  const problem = text.trim() === '' ? 'There are no words to search for' : limitProblem(limit);
  if (problem !== null) throw new LoadlineError('InvalidMessage', problem);
  const found = await store.search(sessionId, { text, limit });
  return found.map((message) => ({ ...toMessage(message), number: message.seq }));
}

function limitProblem(limit: number): string | null {
  return Number.isSafeInteger(limit) && limit > 0 ? null : `limit must be a positive integer, not ${String(limit)}`;
}

/** What the workflow tells of itself, with what only the store has. */
export async function withDetails(
  store: Pick<Store, 'session' | 'summary' | 'latestCallStarted'>,
  state: SessionState,
): Promise<SessionDetails> {
  const { sessionId } = state;
  const [row, stored, call] = await Promise.all([
    store.session(sessionId),
    store.summary(sessionId),
    store.latestCallStarted(sessionId),
  ]);
  const summary = stored?.summary == null ? null : { id: stored.id, number: stored.number, ...stored.summary };
  return { ...state, summary, plan: call?.plan ?? null, continues: row?.continues ?? null };
}
