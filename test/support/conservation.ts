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

/** Three sums of a session that must be one: the provider's bill, the session's metrics, its ledger. */
export async function threeTotals(
  { simulator, store }: { readonly simulator: { tally(): Tally }; readonly store: Store },
  session: { readonly id: string; metrics(): Promise<SessionMetrics> },
) {
  const billed = billedTokens(simulator.tally());
  const metrics = await session.metrics();
  const ledger = await metricsOfLedger(store, session.id);
  const inAndOut = ({ inputTokens, outputTokens }: SessionMetrics) => ({ input: inputTokens, output: outputTokens });
  return { provider: billed, metrics: inAndOut(metrics), ledger: inAndOut(ledger) };
}
