import { LoadlineError } from '../domain/errors.ts';
import type { RunResult } from '../domain/run.ts';

/** The refusal that a run came to without reaching a model; `null`: it reached one, or was not refused. */
export function resultError({ error, metrics, runId, messageId }: RunResult): LoadlineError | null {
  if (error === undefined || metrics.calls > 0 || metrics.failedAttempts > 0) return null;
  return new LoadlineError(error.code, error.message, { ...error.details, runId, messageId });
}
