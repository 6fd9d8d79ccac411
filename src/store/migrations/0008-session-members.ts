import type { Migration } from './migration.ts';

/** What members of a team have used in all runs of a session. */
export const sessionMembers: Migration = {
  number: 8,
  name: 'session members',
  statements: (schema, types) => [schema.alterTable('sessions').addColumn('members', types.json)],
};
