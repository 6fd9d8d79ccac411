import type { AgentSpec } from '../domain/agent.ts';
import type { Summary } from '../domain/compaction.ts';
import type { HistoryRun, RunRow, SessionRow } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';

/** What a request may have of what was said before its run. */
export interface Past<Run = HistoryRun> {
  /** Whole runs, oldest first. */
  readonly runs: readonly Run[];
  /** `null`: none is in force, or it is kept out of the context. */
  readonly summary: Summary | null;
  /** Runs that the summary stands for. */
  readonly summarisedRuns: number;
  /** Older runs that the agent's history leaves out. */
  readonly earlierRuns: number;
  /** Summaries are on: nothing may leave the context before it is in one. */
  readonly keepsAll: boolean;
}

/** Does this agent's past leave the context only through a summary? */
export function summarises(spec: AgentSpec): boolean {
  return spec.summary !== false && spec.history !== false;
}

/** Runs without an answer say nothing to the model; a question that was cancelled or failed is not repeated to it. */
export function isAnswered({ messages }: HistoryRun): boolean {
  return messages.some(({ role }) => role === 'assistant');
}

export async function readPast(
  { store }: Pick<ActivityDeps, 'store'>,
  spec: AgentSpec,
  run: Pick<RunRow, 'sessionId' | 'number'>,
  { session, window }: { readonly session: SessionRow | null; readonly window: number | null },
): Promise<Past> {
  const { history } = spec;
  const throughRun = session?.throughRun ?? 0;
  const before = run.number - 1;
  if (history === false) return { ...nothing, earlierRuns: before };
  const inForce = session === null || session.summaryNumber === 0 ? null : await store.summary(run.sessionId);
  const inContext = spec.summary === false || spec.summary.inContext;
  const summary = inContext ? (inForce?.summary ?? null) : null;
  const keepsAll = summarises(spec);
  const maxTokens = Math.min(history.tokens ?? Infinity, window ?? Infinity);
  const read = await store.history(run.sessionId, {
    afterNumber: throughRun,
    beforeNumber: run.number,
    maxRuns: keepsAll ? null : history.runs,
    maxTokens: keepsAll || !Number.isFinite(maxTokens) ? null : maxTokens,
  });
  return {
    runs: read.filter(isAnswered),
    summary,
    summarisedRuns: throughRun,
    earlierRuns: before - throughRun - read.length,
    keepsAll,
  };
}

const nothing: Past = { runs: [], summary: null, summarisedRuns: 0, earlierRuns: 0, keepsAll: false };
