import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { LoadlineError } from '../../domain/errors.ts';
import type { ColumnTypes, Connection, Database } from '../database.ts';
import { StoreUnavailable } from '../errors.ts';
import type { Schema } from '../schema.ts';
import { ReadQueue } from './read-queue.ts';
import { SessionWatch } from './session-watch.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { explainOpening, isLocked } from './sqlite-errors.ts';
import { WriteQueue } from './write-queue.ts';

export interface SqliteSettings {
  /** A file, or `:memory:`. */
  readonly path: string;
  /**
   * `NORMAL` (the default) keeps every commit when the process dies; a power cut may take the last ones, never a part of
   * one. `FULL` keeps them then too, for a flush of the disk each: docs/decisions/0002-sqlite.md.
   */
  readonly synchronous?: 'FULL' | 'NORMAL';
  /** How long a transaction waits for another process's lock. */
  readonly lockTimeoutMs?: number;
}

/** SQLite's own waiting blocks the event loop, and heartbeats with it: longer waits are asynchronous. */
const busyTimeoutMs = 10;

/**
 * A call touches a small row in each of a dozen trees, and the log is written a page at a time: with pages of half the
 * usual size, `npm run bench -- budgets` does a fifth more.
 */
const pageBytes = 2048;

/** 16 MB: a checkpoint flushes the disk twice, and copies a page that changed often but once. */
const checkpointPages = 8000;

const columnTypes: ColumnTypes = {
  id: 'text',
  json: 'text',
  integer: 'integer',
  flag: 'integer',
  bytes: 'blob',
  counter: { type: 'integer', build: (column) => column.primaryKey().autoIncrement() },
};

const builder = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  },
});

class SqliteDatabase implements Database {
  readonly builder = builder;
  readonly columnTypes = columnTypes;
  readonly place: string;
  readonly #settings: Required<SqliteSettings>;
  #open: Promise<Open> | null = null;
  readonly #watch: SessionWatch;
  #closed = false;

  constructor({ path, synchronous = 'NORMAL', lockTimeoutMs = 30_000 }: SqliteSettings) {
    this.place = path;
    this.#settings = { path, synchronous, lockTimeoutMs };
    const connect = (): DatabaseSync => new DatabaseSync(path, { timeout: busyTimeoutMs, readOnly: true });
    this.#watch = new SessionWatch(path === ':memory:' ? null : connect);
  }

  async read<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const { reads, writes } = await this.#opened();
    return await (reads ?? writes).run(work);
  }

  async write<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const { writes, reads } = await this.#opened();
    const result = await writes.run(work);
    if (reads === null) this.#watch.tellAll();
    return result;
  }

  watch(sessionId: string, listener: () => void): () => void {
    return this.#watch.add(sessionId, listener);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch.close();
    const open = await this.#open?.catch(() => null);
    await open?.close();
  }

  async #opened(): Promise<Open> {
    if (this.#closed) throw new StoreUnavailable(`The database ${this.place} was closed by this process`);
    this.#open ??= openWithPatience(this.#settings);
    try {
      return await this.#open;
    } catch (error) {
      this.#open = null;
      throw error;
    }
  }
}

interface Open {
  readonly writes: WriteQueue;
  /** Its own connection, so that reads don't wait for writes; none in memory, which other connections don't see. */
  readonly reads: ReadQueue | null;
  close(): Promise<void>;
}

async function openWithPatience(settings: Required<SqliteSettings>): Promise<Open> {
  const until = Date.now() + settings.lockTimeoutMs;
  for (;;) {
    try {
      return openOnce(settings);
    } catch (error) {
      if (!isLocked(error) || Date.now() >= until) throw explainOpening(error, settings.path);
      await setTimeout(1 + Math.random() * 15);
    }
  }
}

function openOnce({ path, synchronous, lockTimeoutMs }: Required<SqliteSettings>): Open {
  const inMemory = path === ':memory:';
  if (!inMemory) makeFolder(path);
  const connections: DatabaseSync[] = [];
  const connect = (): DatabaseSync => {
    const sqlite = new DatabaseSync(path, { timeout: busyTimeoutMs });
    connections.push(sqlite);
    return sqlite;
  };
  try {
    const sqlite = connect();
    // Of a new file; one that is there keeps its own.
    sqlite.exec(`pragma page_size = ${pageBytes}`);
    const mode = sqlite.prepare('pragma journal_mode = wal').get()?.['journal_mode'];
    if (!inMemory && mode !== 'wal') {
      throw new LoadlineError(
        'ConfigInvalid',
        `The file system of ${path} can't hold SQLite's write-ahead log. Use a local disk.`,
      );
    }
    sqlite.exec(`pragma synchronous = ${synchronous}`);
    // Savepoints keep the pages they may have to restore: in a file, those were half of all writes.
    sqlite.exec('pragma temp_store = memory');
    sqlite.exec(`pragma wal_autocheckpoint = ${checkpointPages}`);
    // A file that can't be written opens all the same, for reading.
    sqlite.exec('begin immediate; rollback');
    const writing = new SqliteConnection(sqlite, builder);
    const writes = new WriteQueue(writing, path, lockTimeoutMs);
    let reads: ReadQueue | null = null;
    if (!inMemory) {
      const reader = connect();
      reader.exec('pragma query_only = on');
      reads = new ReadQueue(new SqliteConnection(reader, builder), path);
    }
    return {
      writes,
      reads,
      async close() {
        await writes.idle();
        await reads?.idle();
        for (const each of connections) each.close();
      },
    };
  } catch (error) {
    for (const each of connections) each.close();
    throw error;
  }
}

function makeFolder(path: string): void {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new LoadlineError(
      'ConfigInvalid',
      `The folder ${folder} of the database can't be made: ${error instanceof Error ? error.message : String(error)}. ` +
        'Give this user the right to make it, or set LOADLINE_DATABASE_URL to another path.',
      { folder },
      { cause: error },
    );
  }
}

/**
 * A database in one file on a local disk. The file and its folder are made when they are first needed.
 *
 * @throws LoadlineError `ConfigInvalid` from its first use, when the file is no database or can't be written.
 */
export function sqliteDatabase(settings: SqliteSettings): Database {
  return new SqliteDatabase(settings);
}
