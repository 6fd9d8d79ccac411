import type { Migration } from './migration.ts';

/** What is known of the attempts of each tool call, so that none acts twice unasked. */
export const tools: Migration = {
  number: 5,
  name: 'tools',
  statements: (schema, types) => [
    schema
      .createTable('tool_attempts')
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('call_id', types.id, (c) => c.notNull())
      .addColumn('attempt', types.integer, (c) => c.notNull())
      .addColumn('failed', types.integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('tool_attempts_key', ['session_id', 'call_id', 'attempt']),
  ],
};
