import { toRunMetrics, type RunTotals, type Totals } from '../domain/metrics.ts';
import type { RunResult } from '../domain/run.ts';

/** Totals with these added, of the next version. */
export function addCounts<T extends Totals>(
  totals: T,
  add: { runs?: number; toolCalls?: number; durationMs?: number },
): T {
  return {
    ...totals,
    version: totals.version + 1,
    runs: totals.runs + (add.runs ?? 0),
    toolCalls: totals.toolCalls + (add.toolCalls ?? 0),
    durationMs: totals.durationMs + (add.durationMs ?? 0),
  };
}

/** The workflow carries them all: a tool that makes up a name a call must not fill its state. */
const mostMetrics = 100;

/** Totals with a tool's own numbers added. */
export function addMetrics<T extends Totals>(totals: T, add: Readonly<Record<string, number>>): T {
  const additionalMetrics: Record<string, number> = { ...totals.additionalMetrics };
  for (const [name, value] of Object.entries(add)) {
    const known = Object.hasOwn(additionalMetrics, name);
    if (!known && Object.keys(additionalMetrics).length >= mostMetrics) continue;
    additionalMetrics[name] = (additionalMetrics[name] ?? 0) + value;
  }
  return { ...totals, additionalMetrics };
}

/** A result whose metrics are those of its run's totals. */
export function withMetrics(result: RunResult, totals: RunTotals, timeToFirstTokenMs: number | null): RunResult {
  return { ...result, metrics: toRunMetrics(totals, timeToFirstTokenMs) };
}
