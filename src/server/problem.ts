import { HTTPException } from 'hono/http-exception';
import { toLoadlineError } from '../client/temporal-errors.ts';
import { errorStatus, LoadlineError, type ErrorCode } from '../domain/errors.ts';
import { StoreUnavailable } from '../store/errors.ts';
import { HttpError, httpStatus, type HttpCode } from './http-error.ts';

/** A problem document (RFC 9457). */
export interface Problem {
  /** `urn:loadline:problem:` and the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What was tried, what is in force, what to do. */
  readonly detail: string;
  readonly code: ErrorCode | HttpCode;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface ProblemAnswer {
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer to an error, wherever it was thrown. What nobody foresaw is not told: it is in the log. */
export function toProblem(thrown: unknown): ProblemAnswer {
  const error = toLoadlineError(thrown);
  if (error instanceof LoadlineError) {
    const problem = problemOf(error.code, errorStatus[error.code], error.message, error.details);
    return { problem, headers: headersOf(error) };
  }
  if (error instanceof HttpError) {
    return { problem: problemOf(error.code, httpStatus[error.code], error.message), headers: error.headers };
  }
  if (error instanceof HTTPException && error.status < 500) {
    const code = error.status === 413 ? 'MessageTooLarge' : 'InvalidMessage';
    return { problem: problemOf(code, errorStatus[code], error.message), headers: {} };
  }
  if (error instanceof StoreUnavailable) {
    const words = 'The store does not answer just now; nothing was written. Send the same request again';
    return { problem: problemOf('StoreUnavailable', 503, words), headers: { 'Retry-After': '1' } };
  }
  const words = 'Something failed that should not. The log of the server has it under the X-Request-Id of this answer';
  return { problem: problemOf('InternalError', 500, words), headers: {} };
}

const passing = new Set<string>(['ServerStarting', 'ServerStopping']);

/** Is it a fault of ours, or of what we stand on, that belongs into the log? */
export function isOurs({ problem }: ProblemAnswer): boolean {
  return problem.status >= 500 && !passing.has(problem.code);
}

function problemOf(
  code: ErrorCode | HttpCode,
  status: number,
  detail: string,
  details?: Readonly<Record<string, unknown>>,
): Problem {
  return {
    type: `urn:loadline:problem:${code}`,
    title: titleOf(code),
    status,
    detail,
    code,
    ...(details === undefined ? {} : { details }),
  };
}

/** `MessageTooLarge` as `Message too large`. */
function titleOf(code: string): string {
  const words = code.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words;
}

/** Seconds after which a request that was refused for now is worth another try. */
const busySeconds = 1;
const awaySeconds = 2;

function headersOf({ code, details }: LoadlineError): Record<string, string> {
  if (code === 'Unauthorized') return { 'WWW-Authenticate': 'Bearer realm="loadline"' };
  const seconds = retryAfter(code, details);
  return seconds === null ? {} : { 'Retry-After': String(seconds) };
}

function retryAfter(code: ErrorCode, details: LoadlineError['details']): number | null {
  if (code === 'TemporalUnavailable' || code === 'SessionRollingOver') return awaySeconds;
  if (code === 'QueueFull') return busySeconds;
  if (code !== 'BudgetExceeded') return null;
  const resetsAt = details?.['resetsAt'];
  const until = typeof resetsAt === 'string' ? Date.parse(resetsAt) - Date.now() : Number.NaN;
  // A budget for life frees itself only when somebody raises it.
  return Number.isFinite(until) ? Math.max(busySeconds, Math.ceil(until / 1000)) : 3_600;
}
