import { LoadlineError } from '../domain/errors.ts';
import type { ServerDeps } from './deps.ts';
import { HttpError } from './http-error.ts';
import { preferenceOf } from './preference.ts';
import type { ServerContext } from './server-env.ts';
import { within } from './within.ts';

/**
 * What a session answers to something that is done to it, for as long as the client wants to wait.
 *
 * @throws LoadlineError `TemporalUnavailable` when nobody answered by then: it may still be done.
 * @throws HttpError `ServerStopping`.
 */
export async function answered<T>(
  { stopping }: Pick<ServerDeps, 'stopping'>,
  context: ServerContext,
  asked: Promise<T>,
): Promise<T> {
  const { waitMs } = preferenceOf(context);
  // Whoever stopped waiting must not make it an unhandled rejection.
  asked.catch(() => undefined);
  const answer = await within(waitMs, asked, stopping);
  if (answer !== null) return answer;
  if (stopping.aborted) throw new HttpError('ServerStopping', 'The server stops', { 'Retry-After': '1' });
  const words = `No worker answered within ${waitMs / 1000} s; it is done once one runs`;
  throw new LoadlineError('TemporalUnavailable', words);
}
