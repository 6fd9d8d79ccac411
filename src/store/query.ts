import type { Compilable, CompiledQuery, Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** Stands in a query for a value that each execution brings. */
class Argument {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

type Arg<Args> = <Name extends keyof Args & string>(name: Name) => Args[Name];

/** A query with named arguments, compiled once a connection: building SQL costs more than running it. */
export interface Query<Args, Row> {
  readonly build: (db: Kysely<Schema>, arg: Arg<Args>) => Compilable<Row>;
}

/**
 * Defines a query.
 *
 * @example
 * const runById = query<{ runId: string }>()((db, arg) =>
 *   db.selectFrom('runs').selectAll().where('run_id', '=', arg('runId')),
 * );
 * const run = await connection.first(runById, { runId: 'r1' });
 */
export function query<Args = Record<string, never>>() {
  return <Row>(build: Query<Args, Row>['build']): Query<Args, Row> => ({ build });
}

/** An argument for each of a table's columns, for inserting and updating whole rows. */
export function argsOf<Args, Name extends keyof Args & string>(
  arg: Arg<Args>,
  names: readonly Name[],
): Pick<Args, Name> {
  return Object.fromEntries(names.map((name) => [name, arg(name)])) as Pick<Args, Name>;
}

export interface PreparedQuery {
  readonly sql: string;
  /** The values in the order of the statement's placeholders. */
  readonly bind: (args: Readonly<Record<string, unknown>>) => unknown[];
}

export function prepare<Args, Row>(db: Kysely<Schema>, { build }: Query<Args, Row>): PreparedQuery {
  const arg = ((name: string) => new Argument(name)) as unknown as Arg<Args>;
  const { sql, parameters }: CompiledQuery = build(db, arg).compile();
  return {
    sql,
    bind: (args) => parameters.map((value) => (value instanceof Argument ? args[value.name] : value)),
  };
}
