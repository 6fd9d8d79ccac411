import { CompiledQuery } from 'kysely';
import type { Migration } from './migration.ts';

/** What keeps a session's context small: its compactions, the windows learnt from providers, a search over its texts. */
export const context: Migration = {
  number: 3,
  name: 'context',
  statements: (schema, types) => [
    schema.alterTable('sessions').addColumn('summary_number', types.integer, (c) => c.notNull().defaultTo(0)),
    schema.alterTable('sessions').addColumn('through_run', types.integer, (c) => c.notNull().defaultTo(0)),
    schema.alterTable('sessions').addColumn('results_through_seq', types.integer, (c) => c.notNull().defaultTo(0)),
    schema.alterTable('sessions').addColumn('continues', types.id),
    schema
      .createTable('compactions')
      .addColumn('compaction_id', types.id, (c) => c.primaryKey())
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('number', types.integer, (c) => c.notNull())
      .addColumn('run_id', types.id)
      .addColumn('cause', types.id, (c) => c.notNull())
      .addColumn('at', types.id, (c) => c.notNull())
      .addColumn('text', types.json)
      .addColumn('tokens', types.integer, (c) => c.notNull())
      .addColumn('model', types.id)
      .addColumn('first_seq', types.integer, (c) => c.notNull())
      .addColumn('last_seq', types.integer, (c) => c.notNull())
      .addColumn('through_run', types.integer, (c) => c.notNull())
      .addColumn('runs', types.integer, (c) => c.notNull())
      .addColumn('results', types.integer, (c) => c.notNull())
      .addColumn('tokens_before', types.integer, (c) => c.notNull())
      .addColumn('tokens_after', types.integer, (c) => c.notNull())
      .addUniqueConstraint('compactions_by_session', ['session_id', 'number']),
    // SQLite's own full-text index; the session is a word of it, so that a search reads the postings of one session.
    {
      compile: () =>
        CompiledQuery.raw(
          `create virtual table message_texts using fts5(session_key, text, seq unindexed, tokenize = 'unicode61 remove_diacritics 2')`,
        ),
    },
    schema.alterTable('ledger').addColumn('cache_saved_nano_usd', types.integer),
    // Windows that models' own servers gave away.
    schema
      .createTable('model_windows')
      .addColumn('model', types.id, (c) => c.primaryKey())
      .addColumn('window', types.integer, (c) => c.notNull())
      .addColumn('source', types.id, (c) => c.notNull())
      .addColumn('learnt_at', types.integer, (c) => c.notNull()),
    schema.alterTable('sessions').addColumn('thresholds_fired', types.json, (c) => c.notNull().defaultTo('[]')),
    schema.alterTable('sessions').addColumn('runs_ended', types.integer, (c) => c.notNull().defaultTo(0)),
    schema.alterTable('sessions').addColumn('closed_reason', types.json),
  ],
};
