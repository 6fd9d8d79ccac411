import { unnamed, type LedgerRow } from '../domain/ledger.ts';
import { toUsageSum } from '../domain/metrics.ts';
import { toUsd } from '../domain/money.ts';
import { deriveUsage, unknownUsage } from '../domain/usage.ts';
import type { LedgerPage, ListedRow } from '../store/ledger-list.ts';
import type { AttemptView, LedgerRowView, LedgerView } from './inspect-api.ts';

export function ledgerView({ rows, cursor, rowCount, tally }: LedgerPage): LedgerView {
  const { calls, failedAttempts, estimatedTokens } = tally;
  const sums = { ...toUsageSum(tally), calls, failedAttempts, estimatedTokens };
  return { rows: rows.map(rowView), rowCount, sums, cursor };
}

export function attemptView(row: LedgerRow): AttemptView {
  const { inputTokens, outputTokens } = deriveUsage(row.usage ?? unknownUsage);
  return {
    rowId: row.id,
    attempt: row.attempt,
    provider: row.provider,
    model: row.model,
    state: row.state,
    answered: row.answered,
    error: row.error,
    startedAt: row.startedAt,
    endedAt: row.endedAt,
    timeToFirstTokenMs: row.timeToFirstTokenMs,
    durationMs: row.durationMs,
    inputTokens,
    outputTokens,
    estimatedInputTokens: row.estimatedInputTokens,
    reservedInputTokens: row.reservation.inputTokens,
    reservedOutputTokens: row.reservation.outputTokens,
    cost: row.costNanoUsd === null ? null : toUsd(row.costNanoUsd),
  };
}

function rowView({ row, member }: ListedRow): LedgerRowView {
  const { cacheReadTokens, cacheWriteTokens, reasoningTokens, totalTokens } = deriveUsage(row.usage ?? unknownUsage);
  return {
    ...attemptView(row),
    sessionId: row.sessionId === unnamed ? null : row.sessionId,
    callId: row.callId,
    runId: row.runId,
    agent: row.agent,
    member,
    user: row.user,
    tenant: row.tenant,
    modelType: row.modelType,
    simulated: row.simulated,
    unreserved: row.unreserved === true,
    cacheReadTokens,
    cacheWriteTokens,
    reasoningTokens,
    totalTokens,
    priceDate: row.priceDate,
  };
}
