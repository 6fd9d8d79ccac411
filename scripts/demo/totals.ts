import { deriveUsage } from '../../src/domain/usage.ts';
import type { LedgerRow } from '../../src/domain/ledger.ts';
import type { SessionMetrics } from '../../src/domain/metrics.ts';
import type { Billed, Tally } from '../../src/simulator/index.ts';

/** Tokens read and written, once as the provider billed them, once on the ledger, once in the session's metrics. */
export interface Compared {
  readonly provider: number;
  readonly ledger: number;
  readonly metrics: number;
}

export interface Totals {
  /** Calls whose usage the provider told. */
  readonly answered: Compared;
  /** Attempts whose worker was killed before the provider could tell. */
  readonly killed: Compared;
  readonly session: Compared;
}

const add = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);

const billedTokens = (billed: Billed): number => add(Object.values(billed));

const ledgerTokens = (row: LedgerRow): number =>
  row.usage === null ? 0 : (deriveUsage(row.usage).totalTokens ?? Number.NaN);

export function compareTotals(tally: Tally, rows: readonly LedgerRow[], metrics: SessionMetrics): Totals {
  const billed = (outcome: 'completed' | 'aborted'): number =>
    add(tally.requests.filter((request) => request.outcome === outcome).map((request) => billedTokens(request.billed)));
  const charged = (isSettled: boolean): number =>
    add(rows.filter(({ state }) => (state === 'settled') === isSettled).map(ledgerTokens));
  const total = metrics.totalTokens ?? Number.NaN;
  return {
    answered: {
      provider: billed('completed'),
      ledger: charged(true),
      metrics: total - metrics.estimatedTokens,
    },
    killed: { provider: billed('aborted'), ledger: charged(false), metrics: metrics.estimatedTokens },
    session: {
      provider: add(tally.requests.map(({ billed }) => billedTokens(billed))),
      ledger: add(rows.map(ledgerTokens)),
      metrics: total,
    },
  };
}

/** What the demo promises of these numbers and does not hold; empty when all of it does. */
export function brokenPromises({ answered, killed, session }: Totals): string[] {
  const promises: readonly (readonly [boolean, string])[] = [
    [answered.provider > 0, 'the provider billed answered calls'],
    [answered.provider === answered.ledger, 'the ledger equals the provider for answered calls'],
    [answered.ledger === answered.metrics, 'the metrics equal the ledger for answered calls'],
    [killed.provider > 0, 'the provider billed the killed attempt'],
    [killed.ledger >= killed.provider, 'the ledger charges the killed attempt with no less than its bill'],
    [killed.ledger === killed.metrics, 'the metrics mark what is estimated'],
    [session.ledger === session.metrics, 'the metrics equal the ledger'],
    [session.provider === answered.provider + killed.provider, 'the provider billed nothing else'],
  ];
  return promises.filter(([holds]) => !holds).map(([, promise]) => promise);
}
