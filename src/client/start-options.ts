import type { WorkflowStartOptions } from '@temporalio/client';
import { workflowIdOf, type SessionInput } from '../domain/session.ts';
import type { Backend } from './backend.ts';

/**
 * How a session's workflow starts: the id of one that is open is joined, the id of one that was closed is refused, and
 * one that could not be opened (an unknown agent) may be tried again. No execution timeout: it would span the whole
 * chain of roll-overs.
 */
export function startOptions(backend: Pick<Backend, 'taskQueue'>, input: SessionInput) {
  return {
    workflowId: workflowIdOf(input.sessionId),
    taskQueue: backend.taskQueue,
    args: [input],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
    workflowIdConflictPolicy: 'USE_EXISTING',
  } satisfies WorkflowStartOptions;
}
