import { applyRow, emptyTotals, toSessionMetrics, type SessionMetrics } from '../../src/domain/metrics.ts';
import type { Tally } from '../../src/simulator/index.ts';
import type { Store } from '../../src/store/index.ts';

/** Tokens as the simulator billed them, in and out. */
export function billedTokens(tally: Tally): { readonly input: number; readonly output: number } {
  const { totals } = tally;
  return {
    input: totals.input + totals.cacheRead + totals.cacheWrite5m + totals.cacheWrite1h + totals.audioInput,
    output: totals.output + totals.reasoning + totals.audioOutput,
  };
}

/** A session's metrics summed anew from its ledger rows. */
export async function metricsOfLedger(store: Store, sessionId: string): Promise<SessionMetrics> {
  const rows = await store.ledger(sessionId);
  const totals = rows.reduce((sum, row) => applyRow(sum, null, row), emptyTotals);
  return toSessionMetrics(sessionId, totals, { tokens: 0, window: null });
}
