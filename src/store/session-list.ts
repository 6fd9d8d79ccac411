import type { Kysely } from 'kysely';
import { LoadlineError } from '../domain/errors.ts';
import type { EventBody } from '../domain/events.ts';
import type { Connection } from './database.ts';
import { fromJson, toSessionRow } from './records.ts';
import type { Schema } from './schema.ts';
import type { ListedSession, SessionFilter, SessionRow } from './store.ts';

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

/** After one of these a run goes on only when somebody has decided, or a budget has room. */
const pausing: readonly EventBody['type'][] = ['run.waiting', 'approval.requested', 'budget.waiting'];

/** What a session does, by its latest run and its latest event. */
function activityOf(runStatus: string | null, event: string | null): ListedSession['activity'] {
  if (runStatus !== 'running') return 'idle';
  return event !== null && pausing.includes(fromJson<EventBody>(event).type) ? 'waiting' : 'running';
}

/** One page of sessions, newest first; `cursor` is `null` on the last one. */
export async function listSessions(
  connection: Connection,
  builder: Kysely<Schema>,
  filter: SessionFilter,
): Promise<{ readonly sessions: readonly ListedSession[]; readonly cursor: string | null }> {
  let select = builder
    .selectFrom('sessions')
    .leftJoin('runs', (join) =>
      join.onRef('runs.session_id', '=', 'sessions.session_id').onRef('runs.number', '=', 'sessions.last_run'),
    )
    .leftJoin('events', (join) =>
      join.onRef('events.session_id', '=', 'sessions.session_id').onRef('events.id', '=', 'sessions.last_event'),
    )
    .selectAll('sessions')
    .select(['runs.status as run_status', 'events.body as event']);
  for (const column of ['status', 'agent', 'user', 'tenant'] as const) {
    const value = filter[column];
    if (value !== undefined) select = select.where(`sessions.${column}`, '=', value);
  }
  if (filter.idPrefix !== undefined) {
    // Ids are ASCII, so that all with the prefix come before the prefix and the last ASCII character.
    select = select
      .where('sessions.session_id', '>=', filter.idPrefix)
      .where('sessions.session_id', '<', `${filter.idPrefix}\u{7f}`);
  }
  const { search } = filter;
  if (search !== undefined) {
    const end = `${search}\u{10ffff}`;
    select = select.where((eb) =>
      eb.or([
        eb.and([eb('session_id', '>=', search), eb('session_id', '<', end)]),
        eb.and([eb('user', '>=', search), eb('user', '<', end)]),
      ]),
    );
  }
  if (filter.after !== undefined) {
    const [createdAt, sessionId] = placeOf(filter.after);
    select = select.where((eb) =>
      eb.or([
        eb('sessions.created_at', '<', createdAt),
        eb.and([eb('sessions.created_at', '=', createdAt), eb('sessions.session_id', '<', sessionId)]),
      ]),
    );
  }
  const page = select
    .orderBy('sessions.created_at', 'desc')
    .orderBy('sessions.session_id', 'desc')
    .limit(filter.limit + 1);
  const records = await connection.execute(page.compile());
  const sessions = records
    .slice(0, filter.limit)
    .map((record) => ({ ...toSessionRow(record), activity: activityOf(record.run_status, record.event) }));
  const last = sessions.at(-1);
  return { sessions, cursor: records.length > filter.limit && last !== undefined ? cursorOf(last) : null };
}
