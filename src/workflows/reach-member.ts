import { getExternalWorkflowHandle } from '@temporalio/workflow';
import type { ApprovalAnswer } from '../domain/approval.ts';
import { memberWorkflowIdOf } from '../domain/team.ts';
import { approveSignal } from './messages.ts';

/** Is this a member's run within another run? */
export function isBelow(runId: string, current: string | undefined): boolean {
  return current !== undefined && runId.startsWith(`${current}.`);
}

/** One that has ended is left as it is. */
export async function cancelMember(runId: string): Promise<void> {
  await handleOf(runId)
    .cancel()
    .catch(() => undefined);
}

/** The same: nobody waits for the word any more. */
export async function approveInMember(runId: string, answer: ApprovalAnswer): Promise<void> {
  await handleOf(runId)
    .signal(approveSignal, answer)
    .catch(() => undefined);
}

function handleOf(runId: string) {
  return getExternalWorkflowHandle(memberWorkflowIdOf(runId));
}
