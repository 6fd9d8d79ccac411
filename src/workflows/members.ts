import {
  CancellationScope,
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  condition,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  TerminatedFailure,
} from '@temporalio/workflow';
import type { RunInProgress } from '../domain/carried.ts';
import type { ErrorFacts } from '../domain/errors.ts';
import type { Joined, MemberInput, MemberResult, RunRef } from '../domain/steps.ts';
import { memberWorkflowIdOf, memberWorkflowType, type MemberEnd, type MemberRef } from '../domain/team.ts';
import { joinMembers } from './activities.ts';
import { treeOf, type LoopHost } from './loop-host.ts';

/** At most this many members of one leader are at work at the same time. */
const parallelMembers = 8;

interface Ended extends MemberEnd {
  readonly isDone: boolean;
  /** From the beginning of the first to the end of this one. */
  readonly untilMs: number;
}

/**
 * Has members do what their leader asks, each as soon as all that it depends on is done, and hands the leader what they
 * came to. A member that fails, runs out of time or is cancelled is told to the leader and ends nothing else. When the
 * leader's run is cancelled all of them are, and have ended when this returns.
 *
 * @param callId the leader's tool call; `null`: they answer the leader's own message.
 */
export async function askMembers(
  callId: string | null,
  members: readonly MemberRef[],
  progress: RunInProgress,
  host: LoopHost,
): Promise<Joined & { readonly workedMs: number }> {
  const runs = new Map<string, Promise<Ended>>();
  let free = parallelMembers;
  const work = async (member: MemberRef): Promise<Ended> => {
    // Tasks may stand in any order: all are in the map once the first turn is over.
    await Promise.resolve();
    const needed = await Promise.all((member.dependsOn ?? []).flatMap((id) => runs.get(id) ?? []));
    const missing = needed.find(({ isDone }) => !isDone);
    if (missing !== undefined) return notDone(member, `it depends on ${nameOf(missing.runId)}, which was not done`);
    try {
      await condition(() => free > 0);
    } catch (error) {
      if (isCancellation(error)) return notDone(member, 'the run was cancelled');
      throw error;
    }
    free -= 1;
    try {
      return await runMember(member, Math.max(0, ...needed.map(({ untilMs }) => untilMs)), progress, host);
    } finally {
      free += 1;
    }
  };
  for (const member of members) runs.set(member.runId, work(member));
  const ended = await Promise.all(runs.values());
  const joined = await CancellationScope.nonCancellable(() =>
    joinMembers({
      run: host.run,
      runStartedAt: progress.startedAt,
      callId,
      members: ended.map(({ runId, agent, problem }) => ({ runId, agent, problem })),
      thresholds: host.thresholds(),
      tree: treeOf(host) ?? [],
    }),
  );
  return { ...joined, workedMs: Math.max(0, ...ended.map(({ untilMs }) => untilMs)) };
}

/** The last part of a run's id: of a plan, the task's. */
function nameOf(runId: string): string {
  return runId.slice(runId.lastIndexOf('.') + 1);
}

function notDone({ runId, agent }: MemberRef, why: string): Ended {
  const problem = { code: 'ProviderError' as const, message: `not done: ${why}` };
  return { runId, agent, problem, isDone: false, untilMs: 0 };
}

async function runMember(member: MemberRef, fromMs: number, progress: RunInProgress, host: LoopHost): Promise<Ended> {
  const { runId, agent } = member;
  try {
    const { status, workedMs } = await executeChild<(input: MemberInput) => Promise<MemberResult>>(memberWorkflowType, {
      workflowId: memberWorkflowIdOf(runId),
      args: [inputOf(member, fromMs, progress, host)],
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      // A session that is terminated leaves nobody to read the answer; the member ends its own run.
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
    return { runId, agent, problem: null, isDone: status === 'completed', untilMs: fromMs + workedMs };
  } catch (error) {
    return { runId, agent, problem: problemOf(error), isDone: false, untilMs: fromMs };
  }
}

function inputOf(member: MemberRef, fromMs: number, progress: RunInProgress, host: LoopHost): MemberInput {
  const { runId, agent, task, hash, limits } = member;
  const { sessionId, user, tenant } = host.run;
  const secondsLeft = host.limits().runSeconds - (progress.workedMs + fromMs) / 1000;
  const run: RunRef = {
    sessionId,
    runId,
    messageId: runId,
    agent,
    ...(user === undefined ? {} : { user }),
    ...(tenant === undefined ? {} : { tenant }),
    member: task,
  };
  return {
    run,
    ...(host.keys === undefined ? {} : { keys: host.keys }),
    hash,
    limits: { ...limits, runSeconds: Math.min(limits.runSeconds, secondsLeft) },
    thresholds: host.thresholds(),
    above: treeOf(host) ?? [],
  };
}

function problemOf(error: unknown): ErrorFacts {
  const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
  const code = 'ProviderError' as const;
  if (cause instanceof CancelledFailure) return { code, message: 'its run was cancelled' };
  if (cause instanceof TerminatedFailure) return { code, message: 'the workflow of its run was terminated' };
  return { code, message: cause instanceof Error ? cause.message : String(cause) };
}
