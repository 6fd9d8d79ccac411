import { sql } from 'kysely';
import { argsOf, query } from './query.ts';
import type { CallsTable, LedgerTable } from './schema.ts';

export const rowById = query<{ rowId: string }>()((db, arg) =>
  db.selectFrom('ledger').selectAll().where('row_id', '=', arg('rowId')),
);

export const rowsOfCall = query<{ callId: string }>()((db, arg) =>
  db.selectFrom('ledger').selectAll().where('call_id', '=', arg('callId')).orderBy('attempt'),
);

export const rowsOfSession = query<{ sessionId: string }>()((db, arg) =>
  db
    .selectFrom('ledger')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .orderBy('started_at')
    .orderBy('row_id'),
);

/** The newest attempts whose provider told the input, with what had been thought of it. */
export const latestEstimates = query<{ limit: number }>()((db, arg) =>
  db
    .selectFrom('ledger')
    .select(['provider', 'model', 'estimated_input_tokens as estimated', 'reserved_input_tokens as bound'])
    .select(({ fn }) =>
      inputColumns
        .map((column) => sql<number>`${fn.coalesce(column, sql.lit(0))}`)
        .reduce((sum, column) => sql<number>`${sum} + ${column}`)
        .as('actual'),
    )
    .where('state', '=', 'settled')
    .where('estimated_input_tokens', 'is not', null)
    .where('input', 'is not', null)
    .orderBy('started_at', 'desc')
    .limit(arg('limit')),
);

const inputColumns = ['input', 'cache_read', 'cache_write_5m', 'cache_write_1h', 'audio_input'] as const;

export const reservedOfRun = query<{ sessionId: string; runId: string }>()((db, arg) =>
  db
    .selectFrom('ledger')
    .selectAll()
    .where('session_id', '=', arg('sessionId'))
    .where('run_id', '=', arg('runId'))
    .where('state', '=', 'reserved')
    .orderBy('started_at'),
);

export const reservedWithLeaseBefore = query<{ now: number; limit: number }>()((db, arg) =>
  db
    .selectFrom('ledger')
    .selectAll()
    // A literal, as in the index.
    .where('state', '=', sql.lit('reserved' as const))
    .where('lease_until', '<=', arg('now'))
    .orderBy('lease_until')
    .limit(arg('limit')),
);

export const reservedOfBoot = query<{ bootId: string }>()((db, arg) =>
  db
    .selectFrom('ledger')
    .selectAll()
    .where('state', '=', sql.lit('reserved' as const))
    .where('boot_id', '=', arg('bootId'))
    .orderBy('started_at'),
);

export const insertRow = query<LedgerTable>()((db, arg) =>
  db
    .insertInto('ledger')
    .values(
      argsOf(arg, [
        'row_id',
        'session_id',
        'run_id',
        'call_id',
        'attempt',
        'agent',
        'user',
        'tenant',
        'provider',
        'model',
        'model_type',
        'simulated',
        'state',
        'reserved_input_tokens',
        'reserved_output_tokens',
        'reserved_cost_nano_usd',
        'estimated_input_tokens',
        'input',
        'cache_read',
        'cache_write_5m',
        'cache_write_1h',
        'audio_input',
        'output',
        'reasoning',
        'audio_output',
        'cost_nano_usd',
        'cache_saved_nano_usd',
        'answered',
        'unreserved',
        'error',
        'started_at',
        'ended_at',
        'duration_ms',
        'time_to_first_token_ms',
        'price_date',
        'provider_metrics',
        'settled_as',
        'lease_until',
        'task_token',
        'pid',
        'boot_id',
      ]),
    )
    .onConflict((conflict) => conflict.column('row_id').doNothing()),
);

/** What changes about a row after its reservation. */
export type RowOutcome = Pick<LedgerTable, (typeof outcomeColumns)[number] | 'row_id'>;

const outcomeColumns = [
  'state',
  'input',
  'cache_read',
  'cache_write_5m',
  'cache_write_1h',
  'audio_input',
  'output',
  'reasoning',
  'audio_output',
  'cost_nano_usd',
  'cache_saved_nano_usd',
  'answered',
  'error',
  'ended_at',
  'duration_ms',
  'time_to_first_token_ms',
  'provider_metrics',
  'settled_as',
] as const;

/**
 * The compare-and-set of a settlement: an attempt settles once, except that what the provider told replaces what was
 * estimated. What others judged of it (`lost`) is replaced; `released` is final.
 */
export const settleRow = query<RowOutcome>()((db, arg) =>
  db
    .updateTable('ledger')
    .set(argsOf(arg, outcomeColumns))
    .where('row_id', '=', arg('row_id'))
    .where('state', 'in', ['reserved', 'lost', 'estimated'])
    .where((eb) =>
      eb.or([
        eb('settled_as', 'is', null),
        eb.and([eb('settled_as', '=', 'estimated'), eb(eb.cast(eb.val(arg('state')), 'text'), '=', 'settled')]),
      ]),
    ),
);

/** The compare-and-set of an end without an answer. */
export const endRow = query<RowOutcome>()((db, arg) =>
  db
    .updateTable('ledger')
    .set(argsOf(arg, outcomeColumns))
    .where('row_id', '=', arg('row_id'))
    .where('state', '=', 'reserved'),
);

export const prolongRow = query<{ rowId: string; leaseUntil: number }>()((db, arg) =>
  db
    .updateTable('ledger')
    .set({ lease_until: arg('leaseUntil') })
    .where('row_id', '=', arg('rowId'))
    .where('state', '=', 'reserved'),
);

/** With the result of its run as it stands now, whose metrics late settlements correct. */
export const answerOfCall = query<{ callId: string }>()((db, arg) =>
  db
    .selectFrom('calls')
    .leftJoin('runs', (join) =>
      join.onRef('runs.session_id', '=', 'calls.session_id').onRef('runs.run_id', '=', 'calls.run_id'),
    )
    .selectAll('calls')
    .select('runs.result')
    .where('calls.call_id', '=', arg('callId')),
);

export const insertAnswer = query<CallsTable>()((db, arg) =>
  db
    .insertInto('calls')
    .values(
      argsOf(arg, [
        'call_id',
        'session_id',
        'run_id',
        'row_id',
        'text',
        'finish_reason',
        'message_id',
        'context_tokens',
        'tool_calls',
        'ends_run',
      ]),
    ),
);
