import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/client';
import { endBrokenRun } from '../activities/broken-run.ts';
import { workflowIdOf } from '../domain/session.ts';
import { noBill, type LedgerRow } from '../domain/ledger.ts';
import type { RunRow, Store } from '../store/store.ts';
import { correctSession } from './correct-session.ts';

const everyMs = 10_000;
const batch = 100;
/** Deltas serve readers that follow an answer as it is written. */
const deltasKeptMs = 60_000;
/** A run without a row in flight this long may be one whose workflow was terminated. */
const defaultIdleRunMs = 60_000;

export interface Sweeper {
  /** One round; it also happens every ten seconds. */
  sweep(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Closes what nobody else will: reservations whose lease has ended (charged in full: their owner may only be paused,
 * and the provider bills both), runs whose workflow is gone, old deltas. Any number of workers may do it at once.
 */
export function startSweeper(options: {
  readonly store: Store;
  readonly client: Client;
  readonly onError: (error: unknown) => void;
  /** One minute when not given. */
  readonly idleRunMs?: number;
}): Sweeper {
  const { store, client, onError, idleRunMs = defaultIdleRunMs } = options;

  async function sweep(): Promise<void> {
    const now = Date.now();
    for (const row of await store.expiredReservations(now, batch)) await lose(row, now);
    for (const run of await store.idleOpenRuns(new Date(now - idleRunMs).toISOString(), batch)) await closeOrphan(run);
    await store.pruneDeltas(now - deltasKeptMs);
  }

  async function lose(row: LedgerRow, now: number): Promise<void> {
    const totals = await store.endAttempt({
      rowId: row.id,
      state: 'lost',
      usage: null,
      ...noBill,
      error: 'lost',
      endedAt: now,
      timeToFirstTokenMs: null,
      events: [],
    });
    await correctSession(client, row.sessionId, totals);
  }

  async function closeOrphan(run: RunRow): Promise<void> {
    if (await isRunning(run.sessionId)) return;
    const { sessionId } = run;
    const reason = 'the workflow of the session was terminated';
    await endBrokenRun({ store }, run, { code: 'SessionClosed', message: reason });
    await store.closeSession({ sessionId, status: 'failed', reason, at: new Date().toISOString() });
  }

  async function isRunning(sessionId: string): Promise<boolean> {
    try {
      const { status } = await client.workflow.getHandle(workflowIdOf(sessionId)).describe();
      return status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  let round: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    round = round.then(sweep).catch(onError);
  }, everyMs);
  return {
    sweep,
    async stop() {
      clearInterval(timer);
      await round;
    },
  };
}
