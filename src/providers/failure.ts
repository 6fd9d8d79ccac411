import { complaintOfError, complaintOfRefusal, innermostMessage, type Refusal } from './complaint.ts';
import { billedAfter, judge } from './failure-kind.ts';
import { type FailureFacts, ProviderFailure } from './provider.ts';
import { redact } from './redact.ts';
import { retryAfterMs } from './retry-after.ts';

/** How far a call had come when it failed. */
export interface Situation {
  readonly aborted: boolean;
  /** The request, or its beginning, may have reached the provider. */
  readonly sent: boolean;
  /** A connection was tried for: an error before that is the request's own. */
  readonly connecting: boolean;
  /** The answer had begun with a good status. */
  readonly answering: boolean;
  readonly refusal: Refusal | null;
  readonly partial: FailureFacts['partial'];
  /** Keys in use, which no message may hold. */
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch, for a `Retry-After` that is a date. */
  readonly now: number;
}

/** A request that a wire can't carry: nothing was sent. */
export function badRequest(message: string): ProviderFailure {
  return new ProviderFailure(message, {
    kind: 'bad-request',
    status: null,
    retryable: false,
    retryAfterMs: null,
    billed: 'no',
    overflow: null,
    partial: null,
  });
}

/**
 * Any error of a call as a `ProviderFailure`.
 *
 * It has no `cause`: that would carry the unredacted words into logs and into Temporal's history.
 */
export function toFailure(error: unknown, situation: Situation): ProviderFailure {
  if (error instanceof ProviderFailure) return error;
  const { message, ...facts } = describe(error, situation);
  return new ProviderFailure(redact(message, situation.secrets), facts);
}

function describe(error: unknown, situation: Situation): FailureFacts & { readonly message: string } {
  const { aborted, sent, connecting, answering, refusal } = situation;
  const unsent = { status: null, retryAfterMs: null, billed: 'no', overflow: null, partial: null } as const;
  const { partial } = situation;
  const underWay = { status: null, retryAfterMs: null, billed: 'maybe', overflow: null, partial } as const;
  if (refusal !== null) {
    const complaint = complaintOfRefusal(refusal);
    return {
      ...judge(complaint),
      message: complaint.message,
      status: refusal.status,
      retryAfterMs: retryAfterMs(refusal.headers, situation.now),
      billed: billedAfter(refusal.status),
      partial: null,
    };
  }
  if (aborted) {
    return { kind: 'aborted', message: 'The call was aborted', retryable: false, ...(sent ? underWay : unsent) };
  }
  const words = innermostMessage(error);
  if (!sent && !connecting) {
    return { kind: 'bad-request', message: `The request could not be made: ${words}`, retryable: false, ...unsent };
  }
  if (!sent) return { kind: 'connection', message: `No connection: ${words}`, retryable: true, ...unsent };
  const complaint = complaintOfError(error);
  if (complaint !== null) {
    const { status } = complaint;
    return { ...underWay, ...judge(complaint), message: complaint.message, status };
  }
  const kind = answering ? 'stream-broken' : 'connection';
  return { kind, message: `The connection broke: ${words}`, retryable: true, ...underWay };
}
