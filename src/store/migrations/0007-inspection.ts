import type { Migration } from './migration.ts';

/** What requests were made of, since when tools are at work, what sessions wait for, and how the list finds them. */
export const inspection: Migration = {
  number: 7,
  name: 'inspection',
  statements: (schema, types) => [
    // A row for each attempt that was sent. Texts that requests share are blobs, messages a range.
    schema
      .createTable('requests')
      .addColumn('row_id', types.id, (c) => c.primaryKey())
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('started_event', types.integer, (c) => c.notNull())
      .addColumn('instructions', types.id, (c) => c.notNull())
      .addColumn('tools', types.id)
      .addColumn('output_schema', types.id)
      .addColumn('prompt', types.id)
      .addColumn('summary_number', types.integer, (c) => c.notNull())
      .addColumn('results_through_seq', types.integer, (c) => c.notNull())
      .addColumn('first_run', types.integer, (c) => c.notNull())
      .addColumn('last_run', types.integer, (c) => c.notNull())
      .addColumn('last_seq', types.integer, (c) => c.notNull())
      .addColumn('digest', types.id, (c) => c.notNull()),
    schema.alterTable('tool_attempts').addColumn('started_at', types.id),
    schema.alterTable('sessions').addColumn('waiting_for', types.json, (c) => c.notNull().defaultTo('[]')),
    // With all that the list is searched by, so that the rows themselves are read for one page alone.
    schema.dropIndex('sessions_by_created'),
    schema
      .createIndex('sessions_by_created')
      .on('sessions')
      .columns(['created_at', 'session_id', 'user', 'agent', 'tenant', 'status']),
    schema
      .createIndex('sessions_by_updated')
      .on('sessions')
      .columns(['updated_at', 'session_id', 'user', 'agent', 'tenant', 'status']),
  ],
};
