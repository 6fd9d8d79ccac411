import type { AttemptView, CallView, CompactionView, LedgerView, RunView } from '../../src/client/inspect-api.ts';
import { emptyTotals, toRunMetrics } from '../../src/domain/metrics.ts';

export const start = Date.parse('2026-11-22T10:00:00.000Z');

/** ISO 8601, seconds after the start of the test's clock. */
export function at(seconds: number): string {
  return new Date(start + seconds * 1000).toISOString();
}

export const noMetrics = toRunMetrics(emptyTotals, null);

/** A run that took a minute, the `number`th of its session. */
export function runView(number: number, metrics: Partial<RunView['metrics']> = {}, status = 'completed'): RunView {
  return {
    runId: `r${number}`,
    messageId: `m${number}`,
    agent: 'assistant',
    number,
    status: status as RunView['status'],
    reason: null,
    startedAt: at(number * 60),
    endedAt: at(number * 60 + 59),
    metrics: { ...noMetrics, ...metrics },
  };
}

export function compactionView(seconds: number, runId: string | null = null): CompactionView {
  return {
    id: `c${seconds}`,
    number: 1,
    runId,
    cause: 'threshold',
    at: at(seconds),
    summary: null,
    runs: 3,
    results: 0,
    tokensBefore: 900,
    tokensAfter: 300,
  };
}

/** Times are milliseconds after the start of the test's clock. */
export function attemptView(
  attempt: number,
  startedAt: number,
  endedAt: number | null,
  more: Partial<AttemptView> = {},
) {
  const view: AttemptView = {
    rowId: `c1.${attempt}`,
    attempt,
    provider: 'simulated',
    model: 'loadline-sim-1',
    state: endedAt === null ? 'reserved' : 'settled',
    answered: endedAt !== null,
    error: null,
    startedAt: start + startedAt,
    endedAt: endedAt === null ? null : start + endedAt,
    timeToFirstTokenMs: null,
    durationMs: endedAt === null ? null : endedAt - startedAt,
    inputTokens: 100,
    outputTokens: 20,
    estimatedInputTokens: 98,
    reservedInputTokens: 120,
    reservedOutputTokens: 4096,
    cost: 0,
  };
  return { ...view, ...more };
}

export function callView(callId: string, runId: string | null, more: Partial<CallView> = {}): CallView {
  const call = { callId, runId, agent: 'assistant', member: null, modelType: 'model', plan: null } as const;
  return { ...call, attempts: [], tools: [], ...more };
}

export function ledgerView(tokens: number | null, cost: number | null, rows = 3): LedgerView {
  return { rows: [], rowCount: rows, sums: { ...noMetrics, totalTokens: tokens, cost }, cursor: null };
}
