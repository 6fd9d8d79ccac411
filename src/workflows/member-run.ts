import { CancellationScope, continueAsNew, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { answerOf, decide, waitingForOf } from '../domain/approval.ts';
import { newRun, type RunInProgress } from '../domain/carried.ts';
import { workflowIdOf } from '../domain/session.ts';
import type { MemberInput, MemberResult, RunRef } from '../domain/steps.ts';
import { toFailure } from './failures.ts';
import { advanceRun } from './agent-loop.ts';
import type { LoopHost } from './loop-host.ts';
import { approveSignal, memberWaitsSignal } from './messages.ts';
import { isHistoryFull } from './roll-over.ts';

/**
 * The run of a team's member: the same loop as a session's, with a thread and a history of its own. It ends with its
 * result in the store, where its leader reads it; cancelled, it ends as a cancelled run does.
 */
export async function memberRun(input: MemberInput): Promise<MemberResult> {
  const { run } = input;
  const { runId, messageId } = run;
  const progress = input.carried ?? newRun({ runId, messageId, parts: [] }, new Date().toISOString());
  setHandler(approveSignal, (argument) => {
    const answer = answerOf(argument);
    if (answer !== null) decide(progress, answer, new Date().toISOString());
  });
  const session = new SessionEar(run);
  const result = await advanceRun(progress, hostOf(input, session));
  if (result === 'roll-over') return await continueAsNew<typeof memberRun>({ ...input, carried: progress });
  await CancellationScope.nonCancellable(() => session.tell(null));
  return { status: result.status, workedMs: progress.workedMs };
}

/** The session lists what its members wait for. */
class SessionEar {
  readonly #run: RunRef;
  #told = '[]';

  constructor(run: RunRef) {
    this.#run = run;
  }

  /** @param progress `null`: it has ended. */
  async tell(progress: RunInProgress | null): Promise<void> {
    const { sessionId, runId, agent } = this.#run;
    const waitingFor = (progress === null ? [] : waitingForOf(progress)).map((one) => ({ ...one, agent }));
    const words = JSON.stringify(waitingFor);
    if (words === this.#told) return;
    this.#told = words;
    const session = getExternalWorkflowHandle(workflowIdOf(sessionId));
    await session.signal(memberWaitsSignal, { runId, waitingFor }).catch(() => undefined);
  }
}

function hostOf({ run, keys, limits, thresholds, hash, above }: MemberInput, session: SessionEar): LoopHost {
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
    rollOverDue: isHistoryFull,
    cancelReason: () => 'cancelled',
    toldOfWaits: (progress) => session.tell(progress),
    wantsBoundary: () => isHistoryFull(false),
    closingReason: () => null,
  };
}
