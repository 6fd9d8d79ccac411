import { noBill, type Bill, type LedgerRow } from '../domain/ledger.ts';
import { plainUsage } from '../domain/usage.ts';
import type { Connection } from './database.ts';
import { endRow } from './ledger-queries.ts';
import { outcomeOf, toLedgerRow } from './records.ts';
import type { LedgerTable } from './schema.ts';
import type { SessionChange } from './session-change.ts';

/** All that an attempt may have cost: what a row is charged while nobody knows better. */
export function fullReservation({ reservation }: LedgerRow): Bill & Pick<LedgerRow, 'usage'> {
  return {
    usage: plainUsage(reservation.inputTokens, reservation.outputTokens),
    ...noBill,
    costNanoUsd: reservation.costNanoUsd,
  };
}

/** Charges a row whose worker is gone, or paused, at its full reservation; only a row in flight. */
export async function loseRow(
  connection: Connection,
  change: SessionChange,
  record: LedgerTable,
  at: string,
): Promise<void> {
  const before = toLedgerRow(record);
  const after: LedgerRow = {
    ...before,
    ...fullReservation(before),
    state: 'lost',
    error: 'lost',
    endedAt: Date.parse(at),
  };
  if ((await connection.run(endRow, outcomeOf(after, null))) === 0) return;
  await change.replaceRow(before, after);
  const { callId, attempt, provider, model, agent } = after;
  await change.addEvents(
    [
      {
        type: 'call.failed',
        callId,
        attempt,
        model: `${provider}/${model}`,
        error: 'lost',
        message: 'The worker of this attempt went away; it is charged at its full reservation until it is corrected.',
        retryInMs: null,
      },
    ],
    { agent },
  );
}
