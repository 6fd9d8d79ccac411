import type { ErrorFacts } from '../domain/errors.ts';
import { toRunMetrics } from '../domain/metrics.ts';
import type { RunResult } from '../domain/run.ts';
import type { RunRow } from '../store/store.ts';
import type { ActivityDeps } from './deps.ts';
import { unansweredTools } from './end-run.ts';

/**
 * Closes a run whose workflow broke off, with all that is below it: the sweeper does where a session's is gone, and the
 * leader of a member, whose sums nothing in flight may be missing from when it goes on.
 */
export async function endBrokenRun(
  deps: Pick<ActivityDeps, 'store'>,
  run: RunRow,
  problem: ErrorFacts,
): Promise<RunResult> {
  const { sessionId, runId, messageId, agent } = run;
  for (const below of await deps.store.memberRuns(sessionId, runId)) await endBrokenRun(deps, below, problem);
  if (run.result !== null) return run.result;
  const at = new Date().toISOString();
  const said = await deps.store.messagesOfRun(sessionId, runId);
  const { result } = await deps.store.endRun({
    sessionId,
    runId,
    messageId,
    agent,
    message: null,
    messages: unansweredTools(said, runId, problem.message, at),
    build: ({ totals, timeToFirstTokenMs, messageIds }) => ({
      sessionId,
      runId,
      messageId,
      status: 'failed',
      text: '',
      finishReason: 'error',
      reason: problem.message,
      error: problem,
      metrics: toRunMetrics(totals, timeToFirstTokenMs),
      messageIds,
    }),
    at,
  });
  return result;
}
