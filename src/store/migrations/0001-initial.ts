import { sql } from 'kysely';
import type { Migration } from './migration.ts';

export const initial: Migration = {
  number: 1,
  name: 'initial',
  statements: (schema, types) => [
    schema
      .createTable('sessions')
      .addColumn('session_id', types.id, (c) => c.primaryKey())
      .addColumn('agent', types.id, (c) => c.notNull())
      .addColumn('user', types.id)
      .addColumn('tenant', types.id)
      .addColumn('status', types.id, (c) => c.notNull())
      .addColumn('metadata', types.json)
      .addColumn('created_at', types.id, (c) => c.notNull())
      .addColumn('updated_at', types.id, (c) => c.notNull())
      .addColumn('closed_at', types.id)
      .addColumn('totals', types.json, (c) => c.notNull())
      .addColumn('context_tokens', types.integer, (c) => c.notNull())
      .addColumn('context_window', types.integer)
      .addColumn('last_run', types.integer, (c) => c.notNull())
      .addColumn('last_seq', types.integer, (c) => c.notNull())
      .addColumn('last_event', types.integer, (c) => c.notNull()),
    schema.createIndex('sessions_by_created').on('sessions').columns(['created_at', 'session_id']),
    schema.createIndex('sessions_by_status').on('sessions').columns(['status', 'created_at', 'session_id']),
    schema.createIndex('sessions_by_agent').on('sessions').columns(['agent', 'created_at', 'session_id']),
    schema.createIndex('sessions_by_user').on('sessions').columns(['user', 'created_at', 'session_id']),
    schema.createIndex('sessions_by_tenant').on('sessions').columns(['tenant', 'created_at', 'session_id']),

    schema
      .createTable('runs')
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('run_id', types.id, (c) => c.notNull())
      .addColumn('message_id', types.id, (c) => c.notNull())
      .addColumn('agent', types.id, (c) => c.notNull())
      .addColumn('number', types.integer, (c) => c.notNull())
      .addColumn('status', types.id, (c) => c.notNull())
      .addColumn('started_at', types.id, (c) => c.notNull())
      .addColumn('updated_at', types.id, (c) => c.notNull())
      .addColumn('ended_at', types.id)
      .addColumn('totals', types.json, (c) => c.notNull())
      .addColumn('time_to_first_token_ms', types.integer)
      .addColumn('tokens', types.integer, (c) => c.notNull())
      .addColumn('result', types.json)
      .addPrimaryKeyConstraint('runs_key', ['session_id', 'run_id'])
      .addUniqueConstraint('runs_by_message', ['session_id', 'message_id'])
      .addUniqueConstraint('runs_by_number', ['session_id', 'number']),
    schema.createIndex('runs_open').on('runs').column('updated_at').where(sql.ref('status'), '=', sql.lit('running')),

    schema
      .createTable('messages')
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('message_id', types.id, (c) => c.notNull())
      .addColumn('seq', types.integer, (c) => c.notNull())
      .addColumn('run_id', types.id, (c) => c.notNull())
      .addColumn('run_number', types.integer, (c) => c.notNull())
      .addColumn('role', types.id, (c) => c.notNull())
      .addColumn('agent', types.id)
      .addColumn('parts', types.json, (c) => c.notNull())
      .addColumn('tokens', types.integer, (c) => c.notNull())
      .addColumn('created_at', types.id, (c) => c.notNull())
      .addColumn('metrics', types.json)
      .addColumn('duration_ms', types.integer)
      .addPrimaryKeyConstraint('messages_key', ['session_id', 'message_id'])
      .addUniqueConstraint('messages_by_seq', ['session_id', 'seq']),
    schema.createIndex('messages_by_run').on('messages').columns(['session_id', 'run_number', 'seq']),

    schema
      .createTable('calls')
      .addColumn('call_id', types.id, (c) => c.primaryKey())
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('run_id', types.id)
      .addColumn('row_id', types.id, (c) => c.notNull())
      .addColumn('text', types.json, (c) => c.notNull())
      .addColumn('finish_reason', types.id, (c) => c.notNull())
      .addColumn('message_id', types.id, (c) => c.notNull())
      .addColumn('context_tokens', types.integer, (c) => c.notNull())
      .addColumn('tool_calls', types.json, (c) => c.notNull())
      .addColumn('ends_run', types.flag, (c) => c.notNull()),

    schema
      .createTable('ledger')
      .addColumn('row_id', types.id, (c) => c.primaryKey())
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('run_id', types.id)
      .addColumn('call_id', types.id, (c) => c.notNull())
      .addColumn('attempt', types.integer, (c) => c.notNull())
      .addColumn('agent', types.id, (c) => c.notNull())
      .addColumn('user', types.id)
      .addColumn('tenant', types.id)
      .addColumn('provider', types.id, (c) => c.notNull())
      .addColumn('model', types.id, (c) => c.notNull())
      .addColumn('model_type', types.id, (c) => c.notNull())
      .addColumn('simulated', types.flag, (c) => c.notNull())
      .addColumn('state', types.id, (c) => c.notNull())
      .addColumn('reserved_input_tokens', types.integer, (c) => c.notNull())
      .addColumn('reserved_output_tokens', types.integer, (c) => c.notNull())
      .addColumn('reserved_cost_nano_usd', types.integer)
      .addColumn('input', types.integer)
      .addColumn('cache_read', types.integer)
      .addColumn('cache_write_5m', types.integer)
      .addColumn('cache_write_1h', types.integer)
      .addColumn('audio_input', types.integer)
      .addColumn('output', types.integer)
      .addColumn('reasoning', types.integer)
      .addColumn('audio_output', types.integer)
      .addColumn('cost_nano_usd', types.integer)
      .addColumn('answered', types.flag, (c) => c.notNull())
      .addColumn('error', types.id)
      .addColumn('started_at', types.integer, (c) => c.notNull())
      .addColumn('ended_at', types.integer)
      .addColumn('duration_ms', types.integer)
      .addColumn('time_to_first_token_ms', types.integer)
      .addColumn('price_date', types.id, (c) => c.notNull())
      .addColumn('provider_metrics', types.json)
      .addColumn('settled_as', types.id)
      .addColumn('lease_until', types.integer, (c) => c.notNull())
      .addColumn('task_token', types.json, (c) => c.notNull())
      .addColumn('pid', types.integer, (c) => c.notNull())
      .addColumn('boot_id', types.id, (c) => c.notNull())
      .addUniqueConstraint('ledger_by_call', ['call_id', 'attempt']),
    schema.createIndex('ledger_by_session').on('ledger').columns(['session_id', 'run_id']),
    // The rows in flight are few among very many.
    schema
      .createIndex('ledger_reserved_by_lease')
      .on('ledger')
      .column('lease_until')
      .where(sql.ref('state'), '=', sql.lit('reserved')),
    schema
      .createIndex('ledger_reserved_by_boot')
      .on('ledger')
      .column('boot_id')
      .where(sql.ref('state'), '=', sql.lit('reserved')),
    schema
      .createTable('events')
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('id', types.integer, (c) => c.notNull())
      .addColumn('run_id', types.id)
      .addColumn('agent', types.id)
      .addColumn('at', types.id, (c) => c.notNull())
      .addColumn('body', types.json, (c) => c.notNull())
      .addColumn('once_key', types.id)
      .addPrimaryKeyConstraint('events_key', ['session_id', 'id']),
    schema
      .createIndex('events_once')
      .unique()
      .on('events')
      .columns(['session_id', 'once_key'])
      .where(sql.ref('once_key'), 'is not', null),

    schema
      .createTable('deltas')
      .addColumn('id', types.counter.type, types.counter.build)
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('call_id', types.id, (c) => c.notNull())
      .addColumn('attempt', types.integer, (c) => c.notNull())
      .addColumn('type', types.id, (c) => c.notNull())
      .addColumn('offset', types.integer, (c) => c.notNull())
      .addColumn('written_at', types.integer, (c) => c.notNull())
      .addColumn('body', types.json, (c) => c.notNull())
      .addUniqueConstraint('deltas_key', ['call_id', 'attempt', 'type', 'offset']),
    schema.createIndex('deltas_by_session').on('deltas').columns(['session_id', 'id']),
    schema.createIndex('deltas_by_age').on('deltas').column('written_at'),

    schema
      .createTable('blobs')
      .addColumn('blob_id', types.id, (c) => c.primaryKey())
      .addColumn('media_type', types.id, (c) => c.notNull())
      .addColumn('bytes', types.bytes, (c) => c.notNull()),
  ],
};
