import type { CompiledQuery, Kysely } from 'kysely';
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Connection } from '../database.ts';
import { prepare, type PreparedQuery, type Query } from '../query.ts';
import type { Schema } from '../schema.ts';

interface Prepared {
  readonly statement: StatementSync;
  readonly bind: PreparedQuery['bind'];
}

/** Keeps each query's statement prepared. Its promises wait for no I/O: SQLite has answered when they are made. */
export class SqliteConnection implements Connection {
  readonly #sqlite: DatabaseSync;
  readonly #builder: Kysely<Schema>;
  readonly #queries = new Map<unknown, Prepared>();
  readonly #statements = new Map<string, StatementSync>();

  constructor(sqlite: DatabaseSync, builder: Kysely<Schema>) {
    this.#sqlite = sqlite;
    this.#builder = builder;
  }

  async all<Args, Row>(query: Query<Args, Row>, args: Args): Promise<readonly Row[]> {
    const { statement, bind } = this.#prepared(query);
    return statement.all(...(bind(args as Record<string, unknown>) as SQLInputValue[])) as unknown as readonly Row[];
  }

  async first<Args, Row>(query: Query<Args, Row>, args: Args): Promise<Row | null> {
    const { statement, bind } = this.#prepared(query);
    const row = statement.get(...(bind(args as Record<string, unknown>) as SQLInputValue[]));
    return (row as Row | undefined) ?? null;
  }

  async run<Args, Row>(query: Query<Args, Row>, args: Args): Promise<number> {
    const { statement, bind } = this.#prepared(query);
    return Number(statement.run(...(bind(args as Record<string, unknown>) as SQLInputValue[])).changes);
  }

  async execute<Row>({ sql, parameters }: CompiledQuery<Row>): Promise<readonly Row[]> {
    return this.#statement(sql).all(...(parameters as SQLInputValue[])) as unknown as readonly Row[];
  }

  /** `begin`, `commit` and their like. */
  control(sql: string): void {
    this.#statement(sql).run();
  }

  /** SQLite ends a transaction by itself when a disk fails or fills. */
  get inTransaction(): boolean {
    return this.#sqlite.isTransaction;
  }

  close(): void {
    this.#sqlite.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #prepared<Args, Row>(query: Query<Args, Row>): Prepared {
    let prepared = this.#queries.get(query);
    if (prepared === undefined) {
      const { sql, bind } = prepare(this.#builder, query);
      prepared = { statement: this.#statement(sql), bind };
      this.#queries.set(query, prepared);
    }
    return prepared;
  }
}
