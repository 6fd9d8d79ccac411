import type { AgentRunResult } from '../../client/api.ts';

/** What OpenAI's objects have no place for. */
export function loadlineFacts({ sessionId, runId, status, reason, waitingFor, metrics }: AgentRunResult<unknown>) {
  return {
    session_id: sessionId,
    run_id: runId,
    status,
    cost: metrics.cost,
    ...(reason === undefined ? {} : { reason }),
    ...(waitingFor === undefined ? {} : { waiting_for: waitingFor }),
    ...(metrics.simulated === true ? { simulated: true } : {}),
  };
}
