import { WithStartWorkflowOperation } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LoadlineError } from '../domain/errors.ts';
import type { RunProgress, RunResult, SendInput } from '../domain/run.ts';
import { workflowIdOf, workflowType, type SessionInput } from '../domain/session.ts';
import type { Backend } from './backend.ts';
import { closedError } from './closed-error.ts';
import { patiently } from './patiently.ts';
import { startOptions } from './start-options.ts';
import { isAlreadyStarted, isLeftBehind, isNotFound, toLoadlineError } from './temporal-errors.ts';

/** A roll-over takes a moment; its successor takes the send up then. */
const reattachMs = 20;

export interface Addressee {
  readonly sessionId: string;
  /** With it, a new session is started. */
  readonly input: SessionInput | null;
  /** The store has the session: a plain update finds it, which asks less of the server than one that may start it. */
  readonly isKnown: boolean;
}

/**
 * Sends a message and waits for its run. The update's id is the message's, so that however often the connection
 * breaks, Temporal restarts or the session rolls over, it is answered once.
 */
export async function deliver(
  backend: Backend,
  { sessionId, input, isKnown }: Addressee,
  argument: SendInput & { readonly messageId?: string },
): Promise<RunResult> {
  const { messageId } = argument;
  let starts = input !== null && !isKnown;
  const update = { updateId: messageId ?? '', args: [argument] as [SendInput] };
  const workflowId = workflowIdOf(sessionId);
  for (;;) {
    try {
      const result = await patiently(async () => {
        if (input === null || !starts) {
          return await backend.temporal.workflow
            .getHandle(workflowId)
            .executeUpdate<RunResult, [SendInput]>('send', update);
        }
        const options = startOptions(backend, input);
        const startWorkflowOperation = new WithStartWorkflowOperation(workflowType, options);
        return await backend.temporal.workflow.executeUpdateWithStart<() => Promise<unknown>, RunResult, [SendInput]>(
          'send',
          {
            ...update,
            startWorkflowOperation,
          },
        );
      });
      if (result.status !== 'waiting') return result;
      const present = await stillWaiting(backend, sessionId, result);
      if (present !== null) return present;
      // Temporal answers an update of the same id with its first result: under another one the run is attached to again.
      update.updateId = randomUUID();
    } catch (error) {
      const stored = await answeredMeanwhile(backend, sessionId, messageId, error);
      if (stored !== null) return stored;
      if (input !== null && !starts && isNotFound(error)) {
        starts = true;
        continue;
      }
      const known = toLoadlineError(error);
      const again = isLeftBehind(error) || (known instanceof LoadlineError && known.code === 'SessionRollingOver');
      if (!again) throw known === error ? await explain(backend, sessionId, error) : known;
      await sleep(reattachMs);
    }
  }
}

/** A run's present state, where it still waits: what an update answered may be what a first send of it was told. */
async function stillWaiting(backend: Backend, sessionId: string, result: RunResult): Promise<RunResult | null> {
  const handle = backend.temporal.workflow.getHandle(workflowIdOf(sessionId));
  const run = await patiently(() => handle.query<RunResult | RunProgress, [string]>('run', result.runId));
  if (run.status !== 'waiting' || run.waitingFor === undefined) return null;
  return { ...result, waitingFor: run.waitingFor };
}

/** The session ended between the run's end and our asking: the store has the answer. */
async function answeredMeanwhile(
  backend: Backend,
  sessionId: string,
  messageId: string | undefined,
  error: unknown,
): Promise<RunResult | null> {
  const gone = isLeftBehind(error) || isNotFound(error) || isAlreadyStarted(error);
  if (!gone || messageId === undefined) return null;
  return (await backend.store.runByMessageId(sessionId, messageId))?.result ?? null;
}

async function explain(backend: Backend, sessionId: string, error: unknown): Promise<unknown> {
  if (!isNotFound(error) && !isAlreadyStarted(error)) return error;
  const row = await backend.store.session(sessionId);
  if (row === null)
    return new LoadlineError('SessionNotFound', `There is no session ${sessionId}. Name an agent to start it`);
  return closedError(row);
}
