import type { LedgerQuery, LedgerView } from '../../../src/client/inspect-api.ts';
import type { SessionMetrics } from '../../../src/domain/metrics.ts';

/** The number on the page that the rows stand behind. Tokens in all, and US dollars. */
export interface ShownNumber {
  readonly label: string;
  readonly tokens?: number | null;
  readonly cost?: number | null;
  /** Which of the tokens it counts; all of them when missing. */
  readonly field?: 'totalTokens' | 'inputTokens' | 'outputTokens' | 'cacheReadTokens' | 'reasoningTokens';
}

/** Do the rows add up to what is shown? `open`: some are in flight, and the page may be ahead or behind. */
export interface LedgerVerdict {
  readonly rows: number;
  readonly tokens: number | null;
  readonly cost: number | null;
  readonly verdict: 'equal' | 'different' | 'open';
}

/** A number of the whole session goes on while its rows are looked at, as the page does; others are of what has ended. */
export function shownNow(shown: ShownNumber, query: LedgerQuery, metrics: SessionMetrics | undefined): ShownNumber {
  if (metrics === undefined || Object.keys(query).length > 0) return shown;
  return {
    ...shown,
    ...(shown.tokens === undefined ? {} : { tokens: metrics[shown.field ?? 'totalTokens'] }),
    ...(shown.cost === undefined ? {} : { cost: metrics.cost }),
  };
}

/** Dollars are sums of whole nano-dollars, whose last digit a double may lose. */
const leastDollars = 0.5e-9;

export function ledgerVerdict(view: LedgerView, shown: ShownNumber, inFlight: boolean): LedgerVerdict {
  const tokens = view.sums[shown.field ?? 'totalTokens'];
  const { cost } = view.sums;
  const sameTokens = shown.tokens === undefined || shown.tokens === tokens;
  const sameCost = shown.cost === undefined || sameDollars(shown.cost, cost);
  const verdict = sameTokens && sameCost ? 'equal' : inFlight ? 'open' : 'different';
  return { rows: view.rowCount, tokens, cost, verdict };
}

function sameDollars(a: number | null, b: number | null): boolean {
  return a === null || b === null ? a === b : Math.abs(a - b) < leastDollars;
}
