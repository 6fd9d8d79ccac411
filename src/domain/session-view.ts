import { waitingForOf } from './approval.ts';
import type { CarriedState } from './carried.ts';
import { limitsInForce } from './inbox.ts';
import { toSessionMetrics, type SessionMetrics } from './metrics.ts';
import type { RunProgress, RunResult } from './run.ts';
import type { SessionInput, SessionState } from './session.ts';
import type { QueuedMessage, RunRef } from './steps.ts';

export function metricsOf(state: CarriedState, { sessionId }: SessionInput): SessionMetrics {
  return toSessionMetrics(sessionId, state.totals, state.context);
}

/** The answer of the query `state`. */
export function describeSession(
  state: CarriedState,
  input: SessionInput,
  { status, compacting }: Pick<SessionState, 'status' | 'compacting'>,
): SessionState {
  const { sessionId, agent, user, tenant } = input;
  const { contextTokens, contextWindow, contextUse, simulated } = metricsOf(state, input);
  return {
    sessionId,
    agent,
    ...(user === undefined ? {} : { user }),
    ...(tenant === undefined ? {} : { tenant }),
    status,
    ...(state.closing === null ? {} : { reason: state.closing.reason }),
    queue: state.queue.map(({ runId, messageId }) => ({ runId, messageId })),
    currentRun: state.current === null ? null : progressOf(state, input, state.current.message, 'running'),
    runs: state.totals.runs,
    contextTokens,
    contextWindow,
    contextUse,
    ...limitsInForce(state),
    thresholdsFired: state.thresholdsFired,
    summary: state.summary,
    compacting,
    compactionProblem: state.compaction?.problem ?? null,
    waitingFor: state.current === null ? [] : waitingForOf(state.current),
    ...(simulated === undefined ? {} : { simulated }),
  };
}

/** The run with this id, or the latest; `null` when the workflow does not hold it. */
export function findRun(
  state: CarriedState,
  input: SessionInput,
  results: ReadonlyMap<string, RunResult>,
  runId: string | undefined,
): RunResult | RunProgress | null {
  const { current, queue, latest } = state;
  if (current !== null && (runId === undefined || runId === current.message.runId)) {
    return progressOf(state, input, current.message, 'running');
  }
  const queued = queue.find((message) => message.runId === runId) ?? (runId === undefined ? queue[0] : undefined);
  if (queued !== undefined) return progressOf(state, input, queued, 'queued');
  return (runId === undefined ? latest : results.get(runId)) ?? null;
}

function progressOf(
  { current }: CarriedState,
  { sessionId }: SessionInput,
  message: QueuedMessage,
  status: RunProgress['status'],
): RunProgress {
  const progress = current?.message === message ? current : null;
  const waitingFor = progress === null ? [] : waitingForOf(progress);
  return {
    sessionId,
    runId: message.runId,
    messageId: message.messageId,
    status: waitingFor.length === 0 ? status : 'waiting',
    calls: progress?.calls ?? 0,
    toolCalls: progress?.toolCalls ?? 0,
    ...(waitingFor.length === 0 ? {} : { waitingFor }),
  };
}

/** Whose work the steps of a message's run do. */
export function runRefOf({ sessionId, agent, user, tenant }: SessionInput, message: QueuedMessage): RunRef {
  return {
    sessionId,
    runId: message.runId,
    messageId: message.messageId,
    agent,
    ...(user === undefined ? {} : { user }),
    ...(tenant === undefined ? {} : { tenant }),
  };
}
