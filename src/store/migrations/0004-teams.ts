import { sql } from 'kysely';
import type { Migration } from './migration.ts';

/** Runs of members below the run of their leader, and what a whole tree of runs has taken of its limits. */
export const teams: Migration = {
  number: 4,
  name: 'teams',
  statements: (schema, types) => [
    schema.alterTable('sessions').addColumn('member_runs', types.integer, (c) => c.notNull().defaultTo(0)),
    schema.alterTable('runs').addColumn('parent_run_id', types.id),
    schema.alterTable('runs').addColumn('root_run_id', types.id),
    schema.alterTable('runs').addColumn('member', types.id),
    schema.alterTable('runs').addColumn('calls_taken', types.integer, (c) => c.notNull().defaultTo(0)),
    schema.alterTable('runs').addColumn('tools_asked', types.integer, (c) => c.notNull().defaultTo(0)),
    schema.alterTable('runs').addColumn('reserved_tokens', types.integer, (c) => c.notNull().defaultTo(0)),
    schema.alterTable('runs').addColumn('reserved_nano_usd', types.integer, (c) => c.notNull().defaultTo(0)),
    schema
      .createIndex('runs_by_parent')
      .on('runs')
      .columns(['session_id', 'parent_run_id'])
      .where(sql.ref('parent_run_id'), 'is not', null),
  ],
};
