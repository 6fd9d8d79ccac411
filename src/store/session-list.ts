import type { Kysely } from 'kysely';
import { LoadlineError } from '../domain/errors.ts';
import type { Connection } from './database.ts';
import { toSessionRow } from './records.ts';
import type { Schema } from './schema.ts';
import type { SessionFilter, SessionRow } from './store.ts';

/** A page's end: the newest-first place of its last session, which stays right when others are added. */
function cursorOf({ createdAt, sessionId }: SessionRow): string {
  return `${createdAt}~${sessionId}`;
}

function placeOf(cursor: string): readonly [createdAt: string, sessionId: string] {
  const [createdAt, sessionId] = cursor.split('~');
  if (createdAt === undefined || sessionId === undefined) {
    throw new LoadlineError('InvalidMessage', `"${cursor}" is no cursor of a page of sessions`);
  }
  return [createdAt, sessionId];
}

/** One page of sessions, newest first; `cursor` is `null` on the last one. */
export async function listSessions(
  connection: Connection,
  builder: Kysely<Schema>,
  filter: SessionFilter,
): Promise<{ readonly sessions: readonly SessionRow[]; readonly cursor: string | null }> {
  let select = builder.selectFrom('sessions').selectAll();
  for (const column of ['status', 'agent', 'user', 'tenant'] as const) {
    const value = filter[column];
    if (value !== undefined) select = select.where(column, '=', value);
  }
  if (filter.idPrefix !== undefined) {
    // Ids are ASCII, so that all with the prefix come before the prefix and the last ASCII character.
    select = select.where('session_id', '>=', filter.idPrefix).where('session_id', '<', `${filter.idPrefix}\u{7f}`);
  }
  if (filter.after !== undefined) {
    const [createdAt, sessionId] = placeOf(filter.after);
    select = select.where((eb) =>
      eb.or([
        eb('created_at', '<', createdAt),
        eb.and([eb('created_at', '=', createdAt), eb('session_id', '<', sessionId)]),
      ]),
    );
  }
  const page = select
    .orderBy('created_at', 'desc')
    .orderBy('session_id', 'desc')
    .limit(filter.limit + 1);
  const records = await connection.execute(page.compile());
  const sessions = records.slice(0, filter.limit).map(toSessionRow);
  const last = sessions.at(-1);
  return { sessions, cursor: records.length > filter.limit && last !== undefined ? cursorOf(last) : null };
}
