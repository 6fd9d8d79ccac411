import type { LedgerRow } from '../domain/ledger.ts';
import { toMessageMetrics } from '../domain/metrics.ts';
import { readAnswer, writeAnswer } from './answers.ts';
import type { Connection } from './database.ts';
import { rowById, settleRow } from './ledger-queries.ts';
import { iso, outcomeOf, toLedgerRow } from './records.ts';
import { SessionChange } from './session-change.ts';
import type { LedgerStore, Refused, Settlement } from './store.ts';

/**
 * Stores what an attempt used and, when its call has no answer yet, what it said.
 *
 * @throws Error when the row is unknown, or `released`: it was known never to have reached a provider.
 */
export async function settle(connection: Connection, settlement: Settlement): ReturnType<LedgerStore['settle']> {
  const record = await connection.first(rowById, { rowId: settlement.rowId });
  if (record === null) throw new Error(`The ledger has no row ${settlement.rowId}: an attempt is reserved first`);
  const before = toLedgerRow(record);
  const { sessionId, runId, callId } = before;
  const change = await SessionChange.begin(connection, { sessionId, runId, at: iso(settlement.endedAt) });
  const earlier = await readAnswer(connection, callId);

  const after = settledRow(before, settlement, before.answered || earlier === null);
  const changed = await connection.run(settleRow, outcomeOf(after, settlement.state));
  if (changed === 0) {
    if (earlier === null) throw new Error(`Row ${before.id} is ${before.state} and can't be settled`);
    return { answer: earlier, totals: change.totals, corrected: false };
  }
  await change.replaceRow(before, after);
  await change.addEvents(settlement.events, { agent: before.agent });
  if (earlier === null) await takeAnswer(connection, change, after, settlement);
  await change.save();

  const answer = await readAnswer(connection, callId);
  if (answer === null) throw new Error(`Call ${callId} lost its answer in the transaction that stored it`);
  return { answer, totals: change.totals, corrected: before.state !== 'reserved' };
}

/** Stores what an attempt used whose answer is not taken. */
export async function settleRefused(
  connection: Connection,
  refused: Refused,
): ReturnType<LedgerStore['settleRefused']> {
  const record = await connection.first(rowById, { rowId: refused.rowId });
  if (record === null) throw new Error(`The ledger has no row ${refused.rowId}: an attempt is reserved first`);
  const before = toLedgerRow(record);
  const { sessionId, runId } = before;
  const change = await SessionChange.begin(connection, { sessionId, runId, at: iso(refused.endedAt) });
  const after = { ...settledRow(before, refused, false), error: refused.error };
  const changed = await connection.run(settleRow, outcomeOf(after, refused.state));
  if (changed === 0) return { totals: change.totals, corrected: false };
  await change.replaceRow(before, after);
  await change.addEvents(refused.events, { agent: before.agent });
  await change.save();
  return { totals: change.totals, corrected: before.state !== 'reserved' };
}

function settledRow(
  before: LedgerRow,
  settlement: Omit<Settlement, 'answer' | 'thresholds'>,
  answered: boolean,
): LedgerRow {
  const { state, usage, costNanoUsd, cacheSavedNanoUsd, endedAt, durationMs, timeToFirstTokenMs, providerMetrics } =
    settlement;
  return {
    ...before,
    state,
    usage,
    costNanoUsd,
    cacheSavedNanoUsd,
    answered,
    error: answered ? null : before.error,
    endedAt,
    durationMs,
    timeToFirstTokenMs,
    providerMetrics,
  };
}

/** The answer of a run that has ended is kept, so that nobody calls again, but says nothing more in the transcript. */
async function takeAnswer(
  connection: Connection,
  change: SessionChange,
  row: LedgerRow,
  { answer, thresholds }: Settlement,
): Promise<void> {
  const cameLate = change.result !== null;
  await writeAnswer(connection, row, answer, cameLate || answer.build !== null);
  if (cameLate) return;
  if (answer.message !== null) await change.addMessage(answer.message, { metrics: toMessageMetrics(row) });
  change.take({ toolCalls: answer.toolCalls.length });
  if (answer.context !== null) change.setContext(answer.context.use, answer.context.anchor);
  if (answer.rejoinder !== undefined) await change.addMessage(answer.rejoinder, {});
  await change.fireThresholds(thresholds, { endsRun: answer.build !== null });
  if (answer.build !== null) await change.endRun(answer.build);
}
