import {
  sql,
  type ExpressionBuilder,
  type ExpressionWrapper,
  type Kysely,
  type RawBuilder,
  type SqlBool,
} from 'kysely';
import { LoadlineError } from '../domain/errors.ts';
import type { Connection } from './database.ts';
import { toSessionRow } from './records.ts';
import type { Schema } from './schema.ts';
import type { ListedSession, SessionFilter, SessionRow } from './store.ts';

type Order = NonNullable<SessionFilter['sort']>;

const placedBy = { newest: 'created_at', updated: 'updated_at' } as const;

/** A page's end: the place of its last session, which stays right when others are added. */
function cursorOf({ createdAt, updatedAt, sessionId }: SessionRow, sort: Order): string {
  return `${sort === 'newest' ? createdAt : updatedAt}~${sessionId}`;
}

function placeOf(cursor: string): readonly [at: string, sessionId: string] {
  const [at, sessionId] = cursor.split('~');
  if (at === undefined || sessionId === undefined) {
    throw new LoadlineError('InvalidMessage', `"${cursor}" is no cursor of a page of sessions`);
  }
  return [at, sessionId];
}

function activityOf({ status, waitingFor, totals, runsEnded }: SessionRow): ListedSession['activity'] {
  if (status === 'closed' || status === 'failed') return 'idle';
  if (waitingFor.length > 0) return 'waiting';
  return totals.runs > runsEnded ? 'running' : 'idle';
}

/** One page of sessions; `cursor` is `null` on the last one. */
export async function listSessions(
  connection: Connection,
  builder: Kysely<Schema>,
  filter: SessionFilter,
): Promise<{ readonly sessions: readonly ListedSession[]; readonly cursor: string | null }> {
  const { sort = 'newest', limit } = filter;
  const placed = placedBy[sort];
  // Which they are is found in an index alone: rows are long, and most are of other pages.
  const ids = builder
    .selectFrom('sessions')
    .select('session_id')
    .where((eb) => eb.and(conditions(eb, filter, placed)))
    .orderBy(placed, 'desc')
    .orderBy('session_id', 'desc')
    .limit(limit + 1);
  const page = builder
    .selectFrom('sessions')
    .selectAll()
    .where('session_id', 'in', ids)
    .orderBy(placed, 'desc')
    .orderBy('session_id', 'desc');
  const records = await connection.execute(page.compile());
  const rows = records.slice(0, limit).map(toSessionRow);
  const last = rows.at(-1);
  return {
    sessions: rows.map((row) => ({ ...row, activity: activityOf(row) })),
    cursor: records.length > limit && last !== undefined ? cursorOf(last, sort) : null,
  };
}

type Builder = ExpressionBuilder<Schema, 'sessions'>;
type Condition = ExpressionWrapper<Schema, 'sessions', SqlBool>;

function conditions(
  eb: Builder,
  { idPrefix, search, after, ...filter }: SessionFilter,
  placed: 'created_at' | 'updated_at',
): readonly Condition[] {
  const columns = (['status', 'agent', 'user', 'tenant'] as const).filter((column) => filter[column] !== undefined);
  // A column's own index is in the order of creation and holds nothing else. Whatever more is asked is found sooner in
  // the index of all sessions that holds every column.
  const hasOwnIndex = columns.length === 1 && placed === 'created_at' && search === undefined;
  const all: Condition[] = columns.map((column) =>
    eb(hasOwnIndex ? sql.ref<string>(column) : withoutIndex(column), '=', filter[column] ?? null),
  );
  if (idPrefix !== undefined) all.push(beginsWith(eb, idPrefix));
  if (search !== undefined) {
    all.push(eb.or([beginsWith(eb, search), saysSomewhere(eb, 'user', search), saysSomewhere(eb, 'agent', search)]));
  }
  if (after !== undefined) {
    const [at, sessionId] = placeOf(after);
    all.push(eb.or([eb(placed, '<', at), eb.and([eb(placed, '=', at), eb('session_id', '<', sessionId)])]));
  }
  return all;
}

/** The value of a column, which no index is searched for. */
function withoutIndex(column: string): RawBuilder<string> {
  return sql<string>`coalesce(${sql.ref(column)}, '')`;
}

/** Ids are ASCII, so that all with the prefix come before the prefix and the last ASCII character. */
function beginsWith(eb: Builder, prefix: string): Condition {
  return eb.and([eb('session_id', '>=', prefix), eb('session_id', '<', `${prefix}\u{7f}`)]);
}

function saysSomewhere(eb: Builder, column: 'user' | 'agent', text: string): Condition {
  const pattern = `%${text.toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  return eb(sql<string>`lower(${sql.ref(column)})`, 'like', sql<string>`${pattern} escape '\\'`);
}
