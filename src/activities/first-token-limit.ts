import { ProviderFailure } from '../providers/provider.ts';

export interface FirstTokenLimit {
  /** Aborts with the attempt, or when the answer has not begun in time. */
  readonly signal: AbortSignal;
  /** The answer has begun, or has ended: it is no longer limited. */
  begun(): void;
  /** The failure as it is to be told: a timeout where this limit ended the call. */
  failureOf(failure: ProviderFailure): ProviderFailure;
}

/**
 * Ends a call whose answer does not begin. An answer in progress is never ended by it, however slow.
 *
 * @param seconds `null`: there is no limit.
 */
export function firstTokenLimit(attempt: AbortSignal, seconds: number | null): FirstTokenLimit {
  const controller = new AbortController();
  const timer = seconds === null ? undefined : setTimeout(() => controller.abort(), seconds * 1000);
  return {
    signal: AbortSignal.any([attempt, controller.signal]),
    begun: () => clearTimeout(timer),
    failureOf(failure) {
      if (seconds === null || !controller.signal.aborted || attempt.aborted) return failure;
      const { status, billed, overflow, partial } = failure;
      return new ProviderFailure(`The answer had not begun after ${Math.round(seconds)} s`, {
        kind: 'timeout',
        status,
        retryable: false,
        retryAfterMs: null,
        billed,
        overflow,
        partial,
      });
    },
  };
}
