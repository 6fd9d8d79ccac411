import type { Message } from '../domain/messages.ts';
import { toSessionMetrics } from '../domain/metrics.ts';
import type { SessionRow, Store } from '../store/store.ts';
import type { SessionListItem, SessionQuery } from './api.ts';

/** What can be read from the store alone, whether or not anything runs. */

const sessionPage = 50;
const messagePage = 500;

function toListItem(row: SessionRow): SessionListItem {
  const { sessionId, agent, user, tenant, status, createdAt, updatedAt } = row;
  const metrics = toSessionMetrics(sessionId, row.totals, row.context);
  return { sessionId, agent, user, tenant, status, createdAt, updatedAt, metrics };
}

/** Newest first. */
export async function listSessions(
  store: Pick<Store, 'sessions'>,
  query: SessionQuery,
): Promise<{ readonly sessions: readonly SessionListItem[]; readonly cursor: string | null }> {
  const page = await store.sessions({ ...query, limit: query.limit ?? sessionPage });
  return { sessions: page.sessions.map(toListItem), cursor: page.cursor };
}

/** The whole transcript, oldest first. */
export async function readMessages(store: Pick<Store, 'messages'>, sessionId: string): Promise<readonly Message[]> {
  const all: Message[] = [];
  for (let afterSeq = 0; ;) {
    const page = await store.messages(sessionId, { afterSeq, limit: messagePage });
    all.push(...page.map(({ seq: _, tokens: __, ...message }) => message));
    const last = page.at(-1);
    if (last === undefined || page.length < messagePage) return all;
    afterSeq = last.seq;
  }
}
