import { argsOf, query } from './query.ts';
import type { SessionsTable } from './schema.ts';

export const sessionById = query<{ sessionId: string }>()((db, arg) =>
  db.selectFrom('sessions').selectAll().where('session_id', '=', arg('sessionId')),
);

export const sessionsByStatus = query<Record<never, never>>()((db) =>
  db
    .selectFrom('sessions')
    .select((eb) => ['status', eb.fn.countAll<number>().as('sessions')])
    .groupBy('status'),
);

export const insertSession = query<SessionsTable>()((db, arg) =>
  db
    .insertInto('sessions')
    .values(
      argsOf(arg, [
        'session_id',
        'agent',
        'user',
        'tenant',
        'status',
        'metadata',
        'created_at',
        'updated_at',
        'closed_at',
        'closed_reason',
        'totals',
        'members',
        'context_tokens',
        'context_window',
        'context_anchor',
        'thresholds_fired',
        'last_run',
        'member_runs',
        'runs_ended',
        'last_seq',
        'last_event',
        'summary_number',
        'through_run',
        'results_through_seq',
        'continues',
        'waiting_for',
      ]),
    )
    .onConflict((conflict) => conflict.column('session_id').doNothing()),
);

/** All that a transaction of a session may change but its status: that would touch an index each time. */
export const updateSession = query<SessionsTable>()((db, arg) =>
  db
    .updateTable('sessions')
    .set(
      argsOf(arg, [
        'updated_at',
        'totals',
        'members',
        'context_tokens',
        'context_window',
        'context_anchor',
        'thresholds_fired',
        'last_run',
        'member_runs',
        'runs_ended',
        'last_seq',
        'last_event',
        'summary_number',
        'through_run',
        'results_through_seq',
        'waiting_for',
      ]),
    )
    .where('session_id', '=', arg('session_id')),
);

export const updateStatus = query<Pick<SessionsTable, 'session_id' | 'status' | 'closed_at' | 'closed_reason'>>()(
  (db, arg) =>
    db
      .updateTable('sessions')
      .set(argsOf(arg, ['status', 'closed_at', 'closed_reason']))
      .where('session_id', '=', arg('session_id')),
);
