import type { AgentSpec } from '../domain/agent.ts';
import { runsAreDue } from '../domain/compaction.ts';
import type { ContextUse } from '../domain/metrics.ts';
import type { RunRow } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { summarises } from './past.ts';

/** Have enough runs gathered before this one that its agent's history leaves out? They go into the summary together. */
export async function runsDueBefore(
  { store }: Pick<ActivityDeps, 'store'>,
  spec: AgentSpec,
  run: RunRow,
): Promise<boolean> {
  const { history, summary } = spec;
  if (summary === false || history === false || (history.runs === null && history.tokens === null)) return false;
  const { throughRun = 0 } = (await store.session(run.sessionId)) ?? {};
  const runs = run.number - 1 - throughRun;
  if (runs < summary.everyRuns) return false;
  const bounds = { afterNumber: throughRun, beforeNumber: run.number, maxRuns: history.runs };
  const within =
    history.tokens === null
      ? Math.min(runs, history.runs ?? runs)
      : (await store.history(run.sessionId, { ...bounds, maxTokens: history.tokens })).length;
  return runsAreDue({ runs, pushedOut: runs - within }, summary);
}

/** Is the context so full that it is to be compacted before the next run needs the room? */
export function isNearlyFull(spec: AgentSpec, { tokens, window }: ContextUse, compactAt: number | null): boolean {
  return summarises(spec) && window !== null && compactAt !== null && tokens >= compactAt * window;
}
