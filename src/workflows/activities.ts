import { ActivityCancellationType, proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { SessionActivities, ToolCallRef } from '../domain/steps.ts';

/**
 * Without a cap, a call whose worker is away for a day would be lost; the activity itself counts real attempts on the
 * ledger and gives up.
 */
const scheduleToCloseTimeout = '7 days';

/** A worker that stops heartbeating is taken for dead after this. */
const heartbeatTimeout = '8s';

const retry = { initialInterval: '300ms', backoffCoefficient: 2, maximumInterval: '30s' } as const;

/** Short reads and writes of the store in the worker that runs the workflow task: one history event instead of six. */
export const { openSession, storedResult, stash, joinMembers, askApproval } = proxyLocalActivities<SessionActivities>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '1 hour',
  retry,
});

export const { endRun, closeSession } = proxyActivities<SessionActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout,
  retry,
});

/** One model call. Its time limit is the run's; the activity keeps it, this one only catches a worker that hangs. */
export function callModelWithin(secondsLeft: number): SessionActivities['callModel'] {
  return proxyActivities<SessionActivities>({
    startToCloseTimeout: (secondsLeft + 120) * 1000,
    scheduleToCloseTimeout,
    heartbeatTimeout,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry,
  }).callModel;
}

/** Several calls of a summariser at most. A worker that is away for longer than this stands in the way of no message. */
export const { compactSession } = proxyActivities<SessionActivities>({
  startToCloseTimeout: '30 minutes',
  scheduleToCloseTimeout: '1 hour',
  heartbeatTimeout,
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry,
});

/** Attempts whose worker is lost beyond those that failed; the activity itself keeps a tool from acting twice. */
const lostAttempts = 5;

/** One tool call. */
export function executeToolWithin(call: ToolCallRef): SessionActivities['executeTool'] {
  return proxyActivities<SessionActivities>({
    startToCloseTimeout: call.timeoutMs + 10_000,
    scheduleToCloseTimeout,
    heartbeatTimeout,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { ...retry, maximumAttempts: call.maxAttempts + lostAttempts },
  }).executeTool;
}

/** Stores that a tool's outcome is unknown or was a failure; touches the store alone. */
export const { executeTool: storeToolFailure } = proxyActivities<SessionActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout,
  retry,
});
