import { setTimeout as sleep } from 'node:timers/promises';
import { LoadlineError } from '../domain/errors.ts';
import type { RunResult, RunProgress } from '../domain/run.ts';
import type { ServerDeps } from './deps.ts';
import { within } from './within.ts';

export interface AcceptedRun {
  readonly sessionId: string;
  readonly runId: string;
  readonly messageId: string;
  readonly status: RunProgress['status'] | RunResult['status'];
}

const lookEveryMs = 50;
const patienceMs = 5_000;
/** A session that the message starts may be on its way to Temporal. */
const passing = new Set(['TemporalUnavailable', 'SessionNotFound']);

/** The run that a message was given; `null`: in that time nobody said. */
export async function acceptedRun(
  { api, backend, stopping }: Pick<ServerDeps, 'api' | 'backend' | 'stopping'>,
  sessionId: string,
  messageId: string,
): Promise<AcceptedRun | null> {
  const until = Date.now() + (stopping.aborted ? 500 : patienceMs);
  while (Date.now() < until) {
    const row = await backend.store.runByMessageId(sessionId, messageId);
    if (row !== null) return { sessionId, runId: row.runId, messageId, status: row.status };
    // Its place is asked for at once, which takes the session's row.
    const isThere = (await backend.store.session(sessionId)) !== null;
    // A query sees every message that came before it.
    const state = await within(until - Date.now(), api.existing(sessionId).state()).catch(unlessGone);
    const { currentRun = null, queue = [] } = (isThere ? state : null) ?? {};
    if (currentRun?.messageId === messageId) return pick(currentRun);
    const queued = queue.find((one) => one.messageId === messageId);
    if (queued !== undefined) return { sessionId, runId: queued.runId, messageId, status: 'queued' };
    await sleep(lookEveryMs);
  }
  return null;
}

function pick({ sessionId, runId, messageId, status }: RunProgress): AcceptedRun {
  return { sessionId, runId, messageId, status };
}

/** A session that was refused, such as one of an unknown agent, is told as it is. */
function unlessGone(error: unknown): null {
  if (error instanceof LoadlineError && !passing.has(error.code)) throw error;
  return null;
}
