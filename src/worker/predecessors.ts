import { AsyncCompletionClient, type Connection } from '@temporalio/client';
import type { AttemptOwner, LedgerRow } from '../domain/ledger.ts';
import type { Store } from '../store/store.ts';

export interface Identity {
  readonly pid: number;
  readonly bootId: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/**
 * Fails the attempts of workers of this machine that are gone, so that Temporal tries their calls again now and not
 * when their heartbeats are missed. Their ledger rows are charged as lost by the next attempt.
 *
 * @param isAlive tells whether a process id belongs to a running process.
 * @returns how many attempts were failed.
 */
export async function failDeadPredecessors(options: {
  readonly store: Store;
  readonly connection: Connection;
  readonly namespace: string;
  readonly self: Identity;
  readonly isAlive: (pid: number) => boolean;
}): Promise<number> {
  const { store, connection, namespace, self, isAlive } = options;
  const completion = new AsyncCompletionClient({ connection, namespace });
  const open = await store.reservationsOfBoot(self.bootId);
  const dead = open.filter(({ row, owner }) => isDead(row, owner, self, isAlive));
  const failed = await Promise.all(
    dead.map(async ({ owner }) => {
      try {
        await completion.fail(Buffer.from(owner.taskToken, 'base64'), new Error('its worker is gone'));
        return 1;
      } catch {
        // The attempt has timed out or its workflow has ended: then there is nothing left to hasten.
        return 0;
      }
    }),
  );
  return failed.reduce<number>((sum, one) => sum + one, 0);
}

/** In a container every worker has the same process id: one that began before this process is a predecessor's too. */
function isDead(row: LedgerRow, owner: AttemptOwner, self: Identity, isAlive: (pid: number) => boolean): boolean {
  return owner.pid === self.pid ? row.startedAt < self.startedAt : !isAlive(owner.pid);
}
