import type { LedgerRow } from './ledger.ts';
import type { NanoUsd } from './money.ts';
import { plainUsage } from './usage.ts';

/** Tokens that somebody else's code spent at a provider. */
export interface Spend {
  readonly provider: string;
  readonly model: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars. */
  readonly cost?: number;
}

/** Why no ledger can hold it; `null`: it can. */
export function spendProblem({ provider, model, inputTokens, outputTokens, cost = 0 }: Spend): string | null {
  const isName = (name: unknown): boolean => typeof name === 'string' && name !== '';
  if (![provider, model].every(isName)) return 'provider and model must be names';
  if (![inputTokens, outputTokens].every((tokens) => Number.isSafeInteger(tokens) && tokens >= 0)) {
    return 'inputTokens and outputTokens must be integers of 0 or more';
  }
  return Number.isFinite(cost) && cost >= 0 ? null : 'cost must be dollars, 0 or more';
}

/** Whose spending it is, under an id of its own. */
export type SpendOwner = Pick<LedgerRow, 'id' | 'sessionId' | 'runId' | 'agent' | 'user' | 'tenant' | 'modelType'>;

/** The ledger's row of tokens that are spent already. */
export function spentRow(owner: SpendOwner, spend: Spend, costNanoUsd: NanoUsd | null, at: Date): LedgerRow {
  const { provider, model, inputTokens, outputTokens } = spend;
  return {
    ...owner,
    callId: owner.id,
    attempt: 1,
    provider,
    model,
    simulated: provider === 'simulated',
    state: 'settled',
    reservation: { inputTokens, outputTokens, costNanoUsd },
    estimatedInputTokens: null,
    usage: plainUsage(inputTokens, outputTokens),
    costNanoUsd,
    cacheSavedNanoUsd: null,
    answered: true,
    unreserved: true,
    error: null,
    startedAt: at.getTime(),
    endedAt: at.getTime(),
    durationMs: null,
    timeToFirstTokenMs: null,
    priceDate: at.toISOString(),
    providerMetrics: null,
  };
}
