import { LoadlineError } from '../../domain/errors.ts';

/** No Temporal server can be used; the message says what was tried and what to do. */
export function temporalUnavailable(message: string, facts: Record<string, unknown>, cause?: unknown): LoadlineError {
  return new LoadlineError('TemporalUnavailable', message, facts, cause === undefined ? undefined : { cause });
}
