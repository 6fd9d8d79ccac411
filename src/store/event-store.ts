import type { DeltaEvent, EventBody, StoredEvent } from '../domain/events.ts';

export type CallStarted = StoredEvent & { readonly type: 'call.started' };

export interface EventStore {
  /** With `id` greater than `afterId`, in order. */
  events(
    sessionId: string,
    page: { readonly afterId: number; readonly limit: number },
  ): Promise<readonly StoredEvent[]>;
  /** The number of a run's first event; `null`: it has none yet. */
  firstEventOf(sessionId: string, runId: string): Promise<number | null>;
  /** The newest `call.started` but those of summaries and of members; `null`: nothing was asked yet. */
  latestCallStarted(sessionId: string): Promise<CallStarted | null>;
  /** The same events of the same moment (`at`) are stored once. */
  appendEvents(sessionId: string, runId: string | null, events: readonly EventBody[], at: string): Promise<void>;
  /** Short-lived rows for readers in other processes. */
  appendDeltas(deltas: readonly DeltaEvent[]): Promise<void>;
  /** In order; `cursor` is handed to the next read. */
  deltas(
    sessionId: string,
    cursor: number,
  ): Promise<{ readonly deltas: readonly DeltaEvent[]; readonly cursor: number }>;
  /**
   * Calls the listener soon after new events or deltas of the session were stored, by whichever process. A convenience:
   * one may be missed, so look by yourself now and then.
   *
   * @returns ends it.
   */
  watch(sessionId: string, listener: () => void): () => void;
  /** Deletes deltas written before this time (milliseconds since the epoch). */
  pruneDeltas(before: number): Promise<void>;
}
