import type { Session } from '../client/api.ts';

/** Cancels the run of this message and no other; one that has not begun is taken out of the queue. */
export async function cancelOwnRun(session: Session, messageId: string, reason: string): Promise<void> {
  const { queue, currentRun } = await session.state();
  const runs = currentRun === null ? queue : [...queue, currentRun];
  const own = runs.find((run) => run.messageId === messageId);
  if (own !== undefined) await session.cancel({ runId: own.runId, reason });
}
