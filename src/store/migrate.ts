import { LoadlineError } from '../domain/errors.ts';
import type { Connection, Database } from './database.ts';
import { migrations } from './migrations/index.ts';
import { query } from './query.ts';

const applied = query()((db) => db.selectFrom('migrations').select('number').orderBy('number'));

const record = query<{ number: number; name: string }>()((db, arg) =>
  db.insertInto('migrations').values({ number: arg('number'), name: arg('name') }),
);

async function refuseNewer(connection: Connection, { place }: Database): Promise<readonly number[]> {
  const numbers = (await connection.all(applied, {})).map(({ number }) => number);
  const newest = numbers.at(-1) ?? 0;
  const known = migrations.at(-1)?.number ?? 0;
  if (newest > known) {
    throw new LoadlineError(
      'ConfigInvalid',
      `The database ${place} was written by a newer Loadline: its schema is version ${newest}, this one knows ${known}. ` +
        'Update Loadline, or set LOADLINE_DATABASE_URL to another database.',
      { place, schema: newest, known },
    );
  }
  return numbers;
}

/**
 * Brings a database's schema up to date, each step in a transaction of its own. A process that comes second finds the
 * step taken.
 *
 * @throws LoadlineError `ConfigInvalid` when the schema is newer than this code.
 */
export async function migrate(database: Database): Promise<void> {
  const { builder, columnTypes } = database;
  const table = builder.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('number', columnTypes.integer, (c) => c.primaryKey())
    .addColumn('name', columnTypes.id, (c) => c.notNull());
  await database.write((connection) => connection.execute(table.compile()));
  for (const { number, name, statements } of migrations) {
    await database.write(async (connection) => {
      const taken = await refuseNewer(connection, database);
      if (taken.includes(number)) return;
      for (const statement of statements(builder.schema, columnTypes)) await connection.execute(statement.compile());
      await connection.run(record, { number, name });
    });
  }
}
