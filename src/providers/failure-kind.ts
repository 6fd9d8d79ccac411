import { type Overflow, readOverflow, tellsOverflow } from './overflow.ts';
import type { FailureKind } from './provider.ts';

/** What a provider said went wrong, in whichever of its shapes. */
export interface Complaint {
  /** HTTP status; `null` for an error that came inside a stream. */
  readonly status: number | null;
  /** Its codes and types, e.g. `insufficient_quota`. */
  readonly words: readonly string[];
  readonly message: string;
  /** Figures that stand in fields of their own, beside an over-long request's message: llama.cpp's. */
  readonly counts?: Overflow;
}

export interface Verdict {
  readonly kind: FailureKind;
  readonly retryable: boolean;
  /** For `context-length`, what it told of the window; `null` for every other kind. */
  readonly overflow: Overflow | null;
}

/** A 429 that waiting does not cure: money is missing, not time. */
const outOfMoney = new Set([
  'insufficient_quota',
  'billing_hard_limit_reached',
  'billing_error',
  'insufficient_balance',
]);

/** A 429 that waiting does not cure either: the one request is more than the account's tokens a minute. */
const neverFitsAMinute = /request too large for .{1,200} tokens per min/i;

/** The HTTP status that an error inside a stream would have had. */
const statusOfWord: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  invalid_prompt: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  model_not_found: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  insufficient_quota: 429,
  api_error: 500,
  server_error: 500,
  internal_server_error: 500,
  internal_error: 500,
  timeout_error: 504,
  vector_store_timeout: 504,
  service_unavailable: 503,
  service_unavailable_error: 503,
  engine_overloaded_error: 503,
  overloaded_error: 529,
};

function statusOf({ status, words }: Complaint): number | null {
  if (status !== null) return status;
  for (const word of words) {
    const known = statusOfWord[word];
    if (known !== undefined) return known;
    // OpenRouter and llama.cpp put the status itself into `code`.
    if (/^[45]\d\d$/.test(word)) return Number(word);
  }
  return null;
}

/**
 * Which kind of failure it is and whether the same request is worth another try: 408, 409, 429 and 5xx are, what the
 * request itself causes is not, nor is a quota that is used up.
 *
 * An error inside a stream that says nothing we know counts as the server's: the request had been accepted.
 */
export function judge(complaint: Complaint): Verdict {
  const verdict = judgeKind(complaint);
  return { ...verdict, overflow: verdict.kind === 'context-length' ? readOverflow(complaint) : null };
}

function judgeKind(complaint: Complaint): Omit<Verdict, 'overflow'> {
  const status = statusOf(complaint);
  const saysTooLong = status === 429 ? neverFitsAMinute.test(complaint.message) : tellsOverflow(complaint);
  if (saysTooLong) return { kind: 'context-length', retryable: false };
  switch (status) {
    case 401:
      return { kind: 'authentication', retryable: false };
    case 402:
    case 403:
      return { kind: 'permission', retryable: false };
    case 404:
      return { kind: 'not-found', retryable: false };
    case 408:
    case 504:
    case 524: // Cloudflare: the origin took too long
      return { kind: 'timeout', retryable: true };
    case 413: // too large for the model or for the account's tokens a minute: a shorter request cures both
      return { kind: 'context-length', retryable: false };
    case 409:
      return { kind: 'server', retryable: true };
    case 429:
      return { kind: 'rate-limit', retryable: !complaint.words.some((word) => outOfMoney.has(word)) };
    case 503:
    case 529:
      return { kind: 'overloaded', retryable: true };
    default:
      if (status === null || status >= 500) return { kind: 'server', retryable: true };
      return { kind: 'bad-request', retryable: false };
  }
}

/** An error status before the stream is not billed, unless the provider may have gone on working behind it. */
export function billedAfter(status: number): 'no' | 'maybe' {
  return status === 408 || status === 504 || status === 524 ? 'maybe' : 'no';
}
