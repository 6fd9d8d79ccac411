import type { SqliteConnection } from './sqlite-connection.ts';
import { explain } from './sqlite-errors.ts';

/** Runs reads one after another, each from one snapshot. In WAL mode they wait for no writer. */
export class ReadQueue {
  readonly #connection: SqliteConnection;
  readonly #path: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(connection: SqliteConnection, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  run<T>(work: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => this.#read(work));
    this.#last = result.catch(() => undefined);
    return result;
  }

  async idle(): Promise<void> {
    await this.#last;
  }

  async #read<T>(work: (connection: SqliteConnection) => Promise<T>): Promise<T> {
    try {
      this.#connection.control('begin');
      return await work(this.#connection);
    } catch (error) {
      throw explain(error, this.#path);
    } finally {
      if (this.#connection.inTransaction) this.#connection.control('rollback');
    }
  }
}
