import type { SessionDetails } from '../client/api.ts';
import { withDetails } from '../client/reading.ts';
import { defaultLimits, defaultThresholds } from '../domain/agent.ts';
import { toSessionMetrics } from '../domain/metrics.ts';
import type { RunProgress } from '../domain/run.ts';
import type { RunRow, SessionRow } from '../store/store.ts';
import type { ServerDeps } from './deps.ts';
import { within } from './within.ts';

/** A page waits for an answer: a workflow whose worker is gone for longer is described from the store. */
const patienceMs = 2_500;

type Deps = Pick<ServerDeps, 'api' | 'backend' | 'config'>;

/** Where a session stands: asked of its workflow, else read from the store. */
export async function detailsOf(deps: Deps, row: SessionRow): Promise<SessionDetails> {
  if (row.status === 'closed' || row.status === 'failed') return await storedDetails(deps, row);
  const asked = deps.api.existing(row.sessionId).state();
  return (await within(patienceMs, asked).catch(() => null)) ?? (await storedDetails(deps, row));
}

/** What the store knows. Limits are the agent's: what a session changed of them is known to its workflow alone. */
async function storedDetails({ backend: { store }, config }: Deps, row: SessionRow): Promise<SessionDetails> {
  const { sessionId, agent, user, tenant, status, closedReason, totals, context, thresholdsFired } = row;
  const { contextTokens, contextWindow, contextUse, runs, simulated } = toSessionMetrics(sessionId, totals, context);
  const spec = config.agents.get(agent)?.spec;
  const [latest] = await store.runs(sessionId, { limit: 1 });
  return await withDetails(store, {
    sessionId,
    agent,
    ...(user === null ? {} : { user }),
    ...(tenant === null ? {} : { tenant }),
    status,
    ...(closedReason === null ? {} : { reason: closedReason }),
    queue: [],
    currentRun: latest?.status === 'running' ? progressOf(latest) : null,
    runs,
    contextTokens,
    contextWindow,
    contextUse,
    limits: spec?.limits ?? defaultLimits,
    thresholds: spec?.thresholds ?? defaultThresholds,
    thresholdsFired,
    summary: null,
    compacting: false,
    compactionProblem: null,
    waitingFor: [],
    ...(simulated === undefined ? {} : { simulated }),
  });
}

export function progressOf({ sessionId, runId, messageId, totals }: RunRow): RunProgress {
  const details = Object.values(totals.details).flatMap((models) => Object.values(models));
  const calls = details.reduce((sum, tally) => sum + tally.calls, 0);
  return { sessionId, runId, messageId, status: 'running', calls, toolCalls: totals.toolCalls };
}
