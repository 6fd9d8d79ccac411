import type { Migration } from './migration.ts';

/** What clients of other APIs name by its id. */
export const apiObjects: Migration = {
  number: 9,
  name: 'api objects',
  statements: (schema, types) => [
    schema
      .createTable('api_objects')
      .addColumn('object_id', types.id, (c) => c.primaryKey())
      .addColumn('session_id', types.id, (c) => c.notNull())
      .addColumn('tenant', types.id)
      .addColumn('created_at', types.id, (c) => c.notNull())
      .addColumn('body', types.json, (c) => c.notNull()),
  ],
};
