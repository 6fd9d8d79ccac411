import type { Migration } from './migration.ts';

/** What sessions keep of the tools that others list for them. */
export const toolListings: Migration = {
  number: 6,
  name: 'tool listings',
  statements: (schema, types) => [
    schema
      .createTable('tool_listings')
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('agent', types.id, (c) => c.notNull())
      .addColumn('state', types.id, (c) => c.notNull())
      .addColumn('tools', types.json, (c) => c.notNull())
      .addPrimaryKeyConstraint('tool_listings_by_session', ['session_id', 'agent']),
  ],
};
