import { HttpError } from '../http-error.ts';

export function serverStops(): HttpError {
  const words = 'The server stops. The run goes on; ask again with the same Idempotency-Key, or read its session';
  return new HttpError('ServerStopping', words, { 'Retry-After': '1' });
}

/**
 * What a promise brings, unless the server stops before.
 *
 * @throws HttpError `ServerStopping`
 */
export async function untilStopping<T>(stopping: AbortSignal, promise: Promise<T>): Promise<T> {
  // Whoever stopped waiting must not make it an unhandled rejection.
  promise.catch(() => undefined);
  let stop = (): void => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(serverStops());
    if (stopping.aborted) stop();
    stopping.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, stopped]);
  } finally {
    stopping.removeEventListener('abort', stop);
  }
}
