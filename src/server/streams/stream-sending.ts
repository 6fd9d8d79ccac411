import type { Sending } from '../../client/api.ts';
import type { RunEvent } from '../../domain/events.ts';
import type { ServerDeps } from '../deps.ts';
import { toProblem } from '../problem.ts';
import type { ServerContext } from '../server-env.ts';
import { within } from '../within.ts';
import { eventStream, sse } from './event-stream.ts';

/** A message that was refused is told by its status, as long as that has not been sent. */
const refusalMs = 10_000;

/** The events of a message's run, as they come, until it has ended or waits. */
export async function streamSending(
  deps: Pick<ServerDeps, 'stopping' | 'log'>,
  context: ServerContext,
  sending: Sending<unknown>,
): Promise<Response> {
  const events = sending[Symbol.asyncIterator]();
  const first = events.next();
  // The stream throws it once more; a client that is gone must not make it an unhandled rejection.
  first.catch(() => undefined);
  await within(refusalMs, first, deps.stopping);
  return eventStream(deps, context, () => writeRun(first, events));
}

async function* writeRun(
  first: Promise<IteratorResult<RunEvent>>,
  events: AsyncIterator<RunEvent>,
): AsyncGenerator<string> {
  try {
    for (let step = await first; step.done !== true; step = await events.next()) yield sse(step.value);
  } catch (error) {
    yield `event: error\ndata: ${JSON.stringify(toProblem(error).problem)}\n\n`;
  } finally {
    await events.return?.();
  }
}
