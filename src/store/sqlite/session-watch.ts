import type { DatabaseSync } from 'node:sqlite';

export type ChangeListener = (sessionId: string) => void;

/** A commit of any process is seen this late at most. Looking costs some microseconds. */
const lookEveryMs = 5;

/** Events have no number across sessions; SQLite's own number of a row serves. */
const newest = 'select (select max(rowid) from events) as event, (select max(id) from deltas) as delta';
const changed = `select session_id from events where rowid > ? union select session_id from deltas where id > ?`;

interface Look {
  readonly timer: NodeJS.Timeout;
  readonly sqlite: DatabaseSync;
}

/**
 * Tells who listens that a session has new events or deltas, whichever process wrote them. SQLite has no notification
 * across processes, but each connection counts the commits of all others: only after one are tables looked at.
 */
export class SessionWatch {
  readonly #connect: (() => DatabaseSync) | null;
  readonly #listeners = new Map<string, Set<ChangeListener>>();
  #look: Look | null = null;

  /** @param connect a connection of its own, which it closes; `null` in memory, where `tellAll` is called instead. */
  constructor(connect: (() => DatabaseSync) | null) {
    this.#connect = connect;
  }

  /** @returns ends it. */
  add(sessionId: string, listener: ChangeListener): () => void {
    const listeners = this.#listeners.get(sessionId) ?? new Set();
    this.#listeners.set(sessionId, listeners.add(listener));
    if (this.#connect !== null) this.#look ??= start(this.#connect(), (changedId) => this.#tell(changedId));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(sessionId) === listeners) this.#listeners.delete(sessionId);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    if (this.#look === null) return;
    clearInterval(this.#look.timer);
    this.#look.sqlite.close();
    this.#look = null;
  }

  tellAll(): void {
    for (const sessionId of this.#listeners.keys()) this.#tell(sessionId);
  }

  #tell(sessionId: string): void {
    for (const listener of this.#listeners.get(sessionId) ?? []) listener(sessionId);
  }
}

function start(sqlite: DatabaseSync, tell: ChangeListener): Look {
  const version = sqlite.prepare('pragma data_version');
  const [top, since] = [sqlite.prepare(newest), sqlite.prepare(changed)];
  const seen = { version: version.get()?.['data_version'], ...numbers(top.get()) };
  const look = (): void => {
    try {
      const now = version.get()?.['data_version'];
      if (now === seen.version) return;
      // What is committed between the two is told now, and once more at the next look; the other way round it never was.
      const newestNow = numbers(top.get());
      const sessions = since.all(seen.event, seen.delta);
      Object.assign(seen, { version: now }, newestNow);
      for (const { session_id: id } of sessions) tell(String(id));
    } catch {
      // A file that is locked or gone is told to whoever reads it; the next look tries again.
    }
  };
  const timer = setInterval(look, lookEveryMs);
  timer.unref();
  return { timer, sqlite };
}

function numbers(row: Record<string, unknown> | undefined): { readonly event: number; readonly delta: number } {
  return { event: Number(row?.['event'] ?? 0), delta: Number(row?.['delta'] ?? 0) };
}
