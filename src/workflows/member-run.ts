import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import { newRun } from '../domain/carried.ts';
import type { MemberInput, MemberResult } from '../domain/steps.ts';
import { toFailure } from './failures.ts';
import { advanceRun } from './agent-loop.ts';
import type { LoopHost } from './loop-host.ts';

const eventsBeforeRollOver = 100;

/**
 * The run of a team's member: the same loop as a session's, with a thread and a history of its own. It ends with its
 * result in the store, where its leader reads it; cancelled, it ends as a cancelled run does.
 */
export async function memberRun(input: MemberInput): Promise<MemberResult> {
  const { run } = input;
  const { runId, messageId } = run;
  const progress = input.carried ?? newRun({ runId, messageId, parts: [] }, new Date().toISOString());
  const result = await advanceRun(progress, hostOf(input));
  if (result === 'roll-over') return await continueAsNew<typeof memberRun>({ ...input, carried: progress });
  return { status: result.status, workedMs: progress.workedMs };
}

function rollOverDue(): boolean {
  const { historyLength, continueAsNewSuggested } = workflowInfo();
  return historyLength >= eventsBeforeRollOver || continueAsNewSuggested;
}

function hostOf({ run, keys, limits, thresholds, hash, above }: MemberInput): LoopHost {
  return {
    run,
    keys,
    limits: () => limits,
    thresholds: () => thresholds,
    definitionHash: () => hash,
    treeAbove: () => above,
    // The leader hears of all that the store has when it reads the result.
    observe: () => undefined,
    mayCompact: () => false,
    summaryNumber: () => 0,
    compact: () =>
      Promise.reject(toFailure({ code: 'LimitReached', message: 'A member has no context that could be compacted' })),
    atBoundary: () => Promise.resolve(),
    rollOverDue,
    cancelReason: () => 'cancelled',
    wantsBoundary: () => rollOverDue(),
    closingReason: () => null,
  };
}
