import { limitsInForce, messageToStash } from '../domain/inbox.ts';
import type { CarriedState } from '../domain/carried.ts';
import type { ErrorFacts } from '../domain/errors.ts';
import type { SessionInput } from '../domain/session.ts';
import { runRefOf } from '../domain/session-view.ts';
import type { EndedRun, OpenedSession, QueuedMessage } from '../domain/steps.ts';
import { endRun, openSession, stash } from './activities.ts';

/** Has the session's row made, and the definition of its agent loaded. */
export async function openRow(input: SessionInput, accepted: number): Promise<OpenedSession> {
  const { sessionId, agent, user, tenant, metadata, limits, from } = input;
  return await openSession({
    sessionId,
    agent,
    accepted,
    ...(user === undefined ? {} : { user }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(limits === undefined ? {} : { limits }),
    ...(from === undefined ? {} : { from }),
  });
}

/** Ends a message that never reached a model. */
export async function endUnasked(
  input: SessionInput,
  state: CarriedState,
  message: QueuedMessage,
  ending: { readonly status: 'cancelled' | 'failed'; readonly reason: string; readonly error?: ErrorFacts },
): Promise<EndedRun> {
  const { parts, storedAs } = message;
  return await endRun({
    run: runRefOf(input, message),
    runStartedAt: new Date().toISOString(),
    ...ending,
    finishReason: ending.status === 'cancelled' ? 'cancelled' : 'error',
    text: '',
    thresholds: limitsInForce(state).thresholds,
    message: { parts, ...(storedAs === undefined ? {} : { storedAs }) },
  });
}

/** Moves a queued message that a roll-over could not carry into the store; `false`: there is none. */
export async function stashLargest(state: CarriedState): Promise<boolean> {
  const large = messageToStash(state);
  if (large === null) return false;
  const { parts, metadata, ...rest } = large;
  const storedAs = await stash({ parts, ...(metadata === undefined ? {} : { metadata }) });
  state.queue = state.queue.map((one) => (one === large ? { ...rest, parts: [], storedAs } : one));
  return true;
}
