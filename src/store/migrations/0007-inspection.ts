import type { Migration } from './migration.ts';

/** What requests were made of, since when tools are at work, and what sessions wait for. */
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
  ],
};
