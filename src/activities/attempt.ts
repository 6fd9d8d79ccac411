import { CancelledFailure, Context } from '@temporalio/activity';

/**
 * Often enough that a cancellation is seen within 3 s; the SDK throttles what goes to the server. A call that ends
 * sooner sends none: each is a request to the server, which counts from the attempt's start until the first one comes.
 */
const heartbeatEveryMs = 500;

/** At least three heartbeat timeouts: a worker that is only slow keeps its reservation. */
export const leaseMs = 30_000;
const prolongEveryMs = 5_000;

/** Why an attempt is stopped before its answer. */
export type StopCause = 'cancelled' | 'deadline' | 'worker-shutdown' | 'superseded';

export interface AttemptScope {
  /** Aborts for every cause; its reason is the cause. */
  readonly signal: AbortSignal;
  cause(): StopCause | null;
  end(): void;
}

/**
 * Keeps an attempt alive (heartbeats to Temporal, its lease in the store) and turns every reason to stop into one
 * abort signal.
 *
 * @param prolong writes the new end of the lease; a failure of it is left to the next beat.
 */
export function beginAttempt(options: {
  readonly secondsLeft: number;
  readonly prolong: (leaseUntil: number) => Promise<void>;
}): AttemptScope {
  const context = Context.current();
  const { cancellationSignal } = context;
  const controller = new AbortController();
  let cause: StopCause | null = null;
  const stop = (why: StopCause): void => {
    cause ??= why;
    controller.abort(why);
  };
  const onCancel = (): void => stop(causeOf(context));
  let prolongedAt = Date.now();
  const beat = setInterval(() => {
    context.heartbeat();
    if (Date.now() - prolongedAt < prolongEveryMs) return;
    prolongedAt = Date.now();
    options.prolong(prolongedAt + leaseMs).catch(() => undefined);
  }, heartbeatEveryMs);
  const deadline = setTimeout(() => stop('deadline'), Math.max(0, options.secondsLeft * 1000));
  cancellationSignal.addEventListener('abort', onCancel, { once: true });
  if (cancellationSignal.aborted) onCancel();
  return {
    signal: controller.signal,
    cause: () => cause,
    end() {
      clearInterval(beat);
      clearTimeout(deadline);
      cancellationSignal.removeEventListener('abort', onCancel);
    },
  };
}

/** A worker that shuts down is no user's stop, and neither is a server that has given the attempt up. */
function causeOf(context: Context): StopCause {
  const details = context.cancellationDetails;
  if (details?.workerShutdown === true) return 'worker-shutdown';
  if (details?.notFound === true || details?.timedOut === true) return 'superseded';
  const reason: unknown = context.cancellationSignal.reason;
  if (reason instanceof CancelledFailure && reason.message === 'WORKER_SHUTDOWN') return 'worker-shutdown';
  return 'cancelled';
}
