import type { Migration } from './migration.ts';

export const budgets: Migration = {
  number: 2,
  name: 'budgets',
  statements: (schema, types) => [
    schema
      .createTable('budgets')
      .addColumn('budget_id', types.id, (c) => c.primaryKey())
      .addColumn('scope', types.id, (c) => c.notNull())
      .addColumn('key', types.id, (c) => c.notNull())
      .addColumn('window', types.id, (c) => c.notNull())
      .addColumn('unit', types.id, (c) => c.notNull())
      .addColumn('time_zone', types.id, (c) => c.notNull())
      .addColumn('window_start', types.id)
      .addColumn('window_end', types.id)
      .addColumn('limit', types.integer, (c) => c.notNull())
      .addColumn('warn_at_ppm', types.integer)
      .addColumn('spent', types.integer, (c) => c.notNull())
      .addColumn('reserved', types.integer, (c) => c.notNull())
      .addColumn('unreserved', types.integer, (c) => c.notNull())
      .addColumn('warned', types.flag, (c) => c.notNull()),
    schema.createIndex('budgets_by_scope').on('budgets').columns(['scope', 'key', 'window_end']),
    schema.createIndex('budgets_by_end').on('budgets').column('window_end'),

    // Which budgets a ledger row counts on: those of the windows in which it was reserved, for good.
    schema
      .createTable('claims')
      .addColumn('row_id', types.id, (c) => c.notNull())
      .addColumn('budget_id', types.id, (c) => c.notNull())
      .addColumn('unit', types.id, (c) => c.notNull())
      .addPrimaryKeyConstraint('claims_key', ['row_id', 'budget_id']),

    schema
      .createTable('budget_overrides')
      .addColumn('scope', types.id, (c) => c.notNull())
      .addColumn('key', types.id, (c) => c.notNull())
      .addColumn('window', types.id, (c) => c.notNull())
      .addColumn('unit', types.id, (c) => c.notNull())
      .addColumn('time_zone', types.id, (c) => c.notNull())
      .addColumn('window_start', types.id, (c) => c.notNull())
      .addColumn('limit', types.integer, (c) => c.notNull())
      .addPrimaryKeyConstraint('budget_overrides_key', ['scope', 'key', 'window', 'unit', 'time_zone', 'window_start']),

    // The config's budgets as the newest worker has them, for clients without a config.
    schema
      .createTable('budget_rules')
      .addColumn('scope', types.id, (c) => c.notNull())
      .addColumn('window', types.id, (c) => c.notNull())
      .addColumn('unit', types.id, (c) => c.notNull())
      .addColumn('time_zone', types.id, (c) => c.notNull())
      .addColumn('limit', types.integer, (c) => c.notNull())
      .addColumn('warn_at_ppm', types.integer)
      .addPrimaryKeyConstraint('budget_rules_key', ['scope', 'window', 'unit', 'time_zone']),

    // A raise adds: the same one again must find that it was made.
    schema.createTable('budget_raises').addColumn('raise_id', types.id, (c) => c.primaryKey()),

    schema.alterTable('ledger').addColumn('unreserved', types.flag, (c) => c.notNull().defaultTo(0)),
    schema.alterTable('ledger').addColumn('estimated_input_tokens', types.integer),
    schema.alterTable('sessions').addColumn('context_anchor', types.json),
    schema.createIndex('ledger_by_start').on('ledger').column('started_at'),
  ],
};
