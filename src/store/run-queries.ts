import { sql } from 'kysely';
import { argsOf, query } from './query.ts';
import type { RunsTable } from './schema.ts';

export const runById = query<{ sessionId: string; runId: string }>()((db, arg) =>
  db.selectFrom('runs').selectAll().where('session_id', '=', arg('sessionId')).where('run_id', '=', arg('runId')),
);

export const runByMessageId = query<{ sessionId: string; messageId: string }>()((db, arg) =>
  db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('message_id', '=', arg('messageId')),
);

/** Newest first. */
export const runsBefore = query<{ sessionId: string; beforeNumber: number; limit: number }>()((db, arg) =>
  db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('number', '<', arg('beforeNumber'))
    // Those of members are below 0.
    .where('number', '>', 0)
    .orderBy('number', 'desc')
    .limit(arg('limit')),
);

/** Newest first, without what is long. */
export const runSizesBefore = query<{ sessionId: string; afterNumber: number; beforeNumber: number; limit: number }>()(
  (db, arg) =>
    db
      .selectFrom('runs')
      .select(['run_id', 'number', 'status', 'tokens'])
      .where('session_id', '=', arg('sessionId'))
      .where('number', '>', arg('afterNumber'))
      .where('number', '<', arg('beforeNumber'))
      .orderBy('number', 'desc')
      .limit(arg('limit')),
);

/** In the order in which they began. */
export const runsOfMembers = query<{ sessionId: string; parentRunId: string }>()((db, arg) =>
  db
    .selectFrom('runs')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('parent_run_id', '=', arg('parentRunId'))
    .orderBy('number', 'desc'),
);

/** Newest first. */
export const completedRunsOf = query<{ sessionId: string; member: string; notBelow: string; limit: number }>()(
  (db, arg) =>
    db
      .selectFrom('runs')
      .selectAll()
      .where('session_id', '=', arg('sessionId'))
      // Those that began later have the lower number.
      .where('number', '<', 0)
      .where('member', '=', arg('member'))
      .where('root_run_id', '!=', arg('notBelow'))
      .where('status', '=', 'completed')
      .orderBy('number')
      .limit(arg('limit')),
);

export const idleOpenRuns = query<{ before: string; limit: number }>()((db, arg) =>
  db
    .selectFrom('runs')
    .selectAll('runs')
    // A literal, as in the index.
    .where('runs.status', '=', sql.lit('running' as const))
    .where('runs.updated_at', '<', arg('before'))
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('ledger')
            .select('ledger.row_id')
            .whereRef('ledger.session_id', '=', 'runs.session_id')
            .whereRef('ledger.run_id', '=', 'runs.run_id')
            .where('ledger.state', '=', sql.lit('reserved' as const)),
        ),
      ),
    )
    .orderBy('runs.updated_at')
    .limit(arg('limit')),
);

export const insertRun = query<RunsTable>()((db, arg) =>
  db
    .insertInto('runs')
    .values(
      argsOf(arg, [
        'session_id',
        'run_id',
        'message_id',
        'agent',
        'number',
        'status',
        'started_at',
        'updated_at',
        'ended_at',
        'totals',
        'time_to_first_token_ms',
        'tokens',
        'result',
        'parent_run_id',
        'root_run_id',
        'member',
        'calls_taken',
        'tools_asked',
        'reserved_tokens',
        'reserved_nano_usd',
      ]),
    ),
);

export const updateRun = query<RunsTable>()((db, arg) =>
  db
    .updateTable('runs')
    .set(
      argsOf(arg, [
        'status',
        'updated_at',
        'ended_at',
        'totals',
        'time_to_first_token_ms',
        'tokens',
        'result',
        'calls_taken',
        'tools_asked',
        'reserved_tokens',
        'reserved_nano_usd',
      ]),
    )
    .where('session_id', '=', arg('session_id'))
    .where('run_id', '=', arg('run_id')),
);
