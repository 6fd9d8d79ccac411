import { applyRow, emptyTotals, toSessionMetrics, type SessionMetrics } from '../../src/domain/metrics.ts';
import type { Tally } from '../../src/simulator/index.ts';
import type { Store } from '../../src/store/index.ts';

interface InAndOut {
  readonly input: number;
  readonly output: number;
}

/** Tokens as the simulator billed them, in and out. */
export function billedTokens({ totals }: Pick<Tally, 'totals'>): InAndOut {
  return inAndOut(totals);
}

/** The same of one request. */
export function billedOf(request: Tally['requests'][number] | undefined): InAndOut {
  if (request === undefined) throw new Error('The simulator was not asked that often');
  return inAndOut(request.billed);
}

function inAndOut(billed: Tally['requests'][number]['billed']): InAndOut {
  return {
    input: billed.input + billed.cacheRead + billed.cacheWrite5m + billed.cacheWrite1h + billed.audioInput,
    output: billed.output + billed.reasoning + billed.audioOutput,
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
  const counted = ({ inputTokens, outputTokens }: SessionMetrics) => ({ input: inputTokens, output: outputTokens });
  return { provider: billed, metrics: counted(metrics), ledger: counted(ledger) };
}
