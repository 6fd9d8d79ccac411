import type { ColumnBuilderCallback, CompiledQuery, Kysely } from 'kysely';
import type { Query } from './query.ts';
import type { Schema } from './schema.ts';

/** One connection within a transaction. */
export interface Connection {
  all<Args, Row>(query: Query<Args, Row>, args: Args): Promise<readonly Row[]>;
  first<Args, Row>(query: Query<Args, Row>, args: Args): Promise<Row | null>;
  /** Answers how many rows were changed. */
  run<Args, Row>(query: Query<Args, Row>, args: Args): Promise<number>;
  /** For a query whose shape depends on its arguments. */
  execute<Row>(query: CompiledQuery<Row>): Promise<readonly Row[]>;
}

type ColumnType = 'text' | 'bigint' | 'integer' | 'blob' | 'bytea' | 'bigserial';

/** What the dialects name differently in a table's definition. */
export interface ColumnTypes {
  /** Compared byte by byte, so that a range of a prefix is a range of the index. */
  readonly id: ColumnType;
  readonly json: ColumnType;
  /** Tokens, nano-dollars and milliseconds: 64 bits. */
  readonly integer: ColumnType;
  /** 0 or 1. */
  readonly flag: ColumnType;
  readonly bytes: ColumnType;
  /** Rises with each insert and is never given twice, not even after the newest row was deleted. */
  readonly counter: { readonly type: ColumnType; readonly build: ColumnBuilderCallback };
}

/**
 * A database that runs transactions. All that differs between dialects is behind this.
 *
 * The work of a transaction awaits nothing but its connection: a transaction holds locks, and no lock may wait for a
 * provider or a timer.
 */
export interface Database {
  /** Builds and compiles queries of this dialect; runs none. */
  readonly builder: Kysely<Schema>;
  readonly columnTypes: ColumnTypes;
  /** Where the database is, without its password, for messages. */
  readonly place: string;
  /** Reads from one snapshot. */
  read<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Commits what `work` wrote, or nothing of it when it throws. No other write happens meanwhile. */
  write<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /**
   * Calls the listener soon after any process has committed events or deltas of this session.
   *
   * @returns ends it.
   */
  watch(sessionId: string, listener: () => void): () => void;
  close(): Promise<void>;
}
