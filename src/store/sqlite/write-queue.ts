import { setImmediate, setTimeout } from 'node:timers/promises';
import { StoreUnavailable } from '../errors.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { explain, isLocked } from './sqlite-errors.ts';

type Work<T> = (connection: SqliteConnection) => Promise<T>;

interface Waiting {
  /** Never throws; answers how to tell the caller once the commit is done. */
  readonly attempt: (connection: SqliteConnection) => Promise<() => void>;
  readonly reject: (error: unknown) => void;
  readonly queuedAt: number;
}

/** What one commit may carry: other processes wait meanwhile. */
const mostTogether = 32;

/**
 * Runs the transactions of this process one after another on one connection.
 *
 * Those that wait together are committed together, each in a savepoint of its own, so that the log is
 * written, and with `FULL` flushed, once for all of them. No caller hears of success before the commit.
 */
export class WriteQueue {
  readonly #connection: SqliteConnection;
  readonly #path: string;
  readonly #lockTimeoutMs: number;
  readonly #waiting: Waiting[] = [];
  #draining: Promise<void> | null = null;

  constructor(connection: SqliteConnection, path: string, lockTimeoutMs: number) {
    this.#connection = connection;
    this.#path = path;
    this.#lockTimeoutMs = lockTimeoutMs;
  }

  run<T>(work: Work<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const attempt = async (connection: SqliteConnection): Promise<() => void> => {
        connection.control('savepoint one');
        try {
          const value = await work(connection);
          connection.control('release one');
          return () => resolve(value);
        } catch (error) {
          if (connection.inTransaction) {
            connection.control('rollback to one');
            connection.control('release one');
          }
          return () => reject(explain(error, this.#path));
        }
      };
      this.#waiting.push({ attempt, reject, queuedAt: Date.now() });
      this.#draining ??= this.#drain();
    });
  }

  /** Waits until all that was queued is done. */
  async idle(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    // What the same turn of the event loop queues joins the first commit.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      await this.#commitTogether();
      // Lets I/O in, which may bring more to commit together.
      if (this.#waiting.length > 0) await setImmediate();
    }
    this.#draining = null;
  }

  async #commitTogether(): Promise<void> {
    const connection = this.#connection;
    if (!(await this.#begin())) return;
    const together = this.#waiting.splice(0, mostTogether);
    const tell: (() => void)[] = [];
    try {
      for (const { attempt } of together) {
        tell.push(await attempt(connection));
        if (!connection.inTransaction) throw new StoreUnavailable(`The database ${this.#path} gave a transaction up`);
      }
      connection.control('commit');
    } catch (error) {
      this.#rollBack();
      for (const { reject } of together) reject(explain(error, this.#path));
      return;
    }
    for (const each of tell) each();
  }

  #rollBack(): void {
    try {
      if (this.#connection.inTransaction) this.#connection.control('rollback');
    } catch {
      // The disk fails; the next transaction begins with this.
    }
  }

  /** Waits for the lock without blocking the event loop; `false`: all that waited too long was refused. */
  async #begin(): Promise<boolean> {
    for (;;) {
      try {
        if (this.#connection.inTransaction) this.#connection.control('rollback');
        this.#connection.control('begin immediate');
        return true;
      } catch (error) {
        const patient = isLocked(error) ? Date.now() - this.#lockTimeoutMs : Infinity;
        while (this.#waiting[0] !== undefined && this.#waiting[0].queuedAt <= patient) {
          this.#waiting.shift()?.reject(explain(error, this.#path));
        }
        if (this.#waiting.length === 0) return false;
        await setTimeout(1 + Math.random() * 15);
      }
    }
  }
}
