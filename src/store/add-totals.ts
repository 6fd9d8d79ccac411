import { toRunMetrics, type RunTotals, type Totals } from '../domain/metrics.ts';
import type { RunResult } from '../domain/run.ts';

/** Totals with these added, of the next version. */
export function addCounts<T extends Totals>(totals: T, add: { runs?: number; durationMs?: number }): T {
  return {
    ...totals,
    version: totals.version + 1,
    runs: totals.runs + (add.runs ?? 0),
    durationMs: totals.durationMs + (add.durationMs ?? 0),
  };
}

/** What the end of a tool adds. */
export interface ToolCounts {
  readonly durationMs: number;
  readonly isError: boolean;
  readonly additionalMetrics: Readonly<Record<string, number>>;
}

/** Totals with an executed tool added, of the next version. */
export function addTool<T extends Totals>(totals: T, { durationMs, isError, additionalMetrics }: ToolCounts): T {
  return {
    ...addMetrics(totals, additionalMetrics),
    version: totals.version + 1,
    toolCalls: totals.toolCalls + 1,
    toolErrors: totals.toolErrors + (isError ? 1 : 0),
    toolDurationMs: totals.toolDurationMs + durationMs,
  };
}

/** The workflow carries them all: a tool that makes up a name a call must not fill its state. */
const mostMetrics = 100;

/** Totals with a tool's own numbers added. */
function addMetrics<T extends Totals>(totals: T, add: Readonly<Record<string, number>>): T {
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
