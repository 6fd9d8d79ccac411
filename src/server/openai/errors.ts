import type { AgentRunResult } from '../../client/api.ts';
import { LoadlineError, type ErrorFacts } from '../../domain/errors.ts';
import { toProblem, type ProblemAnswer } from '../problem.ts';

/** An error in the shape that OpenAI's clients read. */
export class OpenAiError extends Error {
  override readonly name = 'OpenAiError';
  readonly status: number;
  /** The field of the request that it is about. */
  readonly param: string | null;
  readonly code: string | null;

  constructor(status: number, message: string, about: { readonly param?: string; readonly code?: string } = {}) {
    super(message);
    this.status = status;
    this.param = about.param ?? null;
    this.code = about.code ?? null;
  }
}

/** What a failed request answers, ready to be sent. */
export interface OpenAiFailure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly error: {
      readonly message: string;
      readonly type: string;
      readonly param: string | null;
      readonly code: string | null;
      /** Loadline's own facts, such as the budget that was exceeded. */
      readonly details?: Readonly<Record<string, unknown>>;
    };
  };
}

/** OpenAI's own words, where it has some for the same thing. */
const known: Readonly<Record<string, { readonly status: number; readonly code: string }>> = {
  UnknownAgent: { status: 404, code: 'model_not_found' },
  Unauthorized: { status: 401, code: 'invalid_api_key' },
};

/** What may go away by itself: clients may try again, with the same idempotency key. */
const passing = new Set<string>([
  'QueueFull',
  'SessionRollingOver',
  'TemporalUnavailable',
  'TooManyRequests',
  'StoreUnavailable',
  'ServerStarting',
  'ServerStopping',
]);

/** Clients of OpenAI try 409, 429 and 5xx again by themselves: in vain, or for a second answer. */
const noRetry = { 'x-should-retry': 'false' };

/** What went wrong, in OpenAI's shape, with the status by which its clients choose the class of their error. */
export function toOpenAiFailure(error: unknown): OpenAiFailure {
  if (!(error instanceof OpenAiError)) return failureOfProblem(toProblem(error));
  const { status, message, param, code } = error;
  return { status, headers: noRetry, body: { error: { message, type: typeOf(status, code), param, code } } };
}

/** @see https://platform.openai.com/docs/guides/error-codes */
export function failureOfProblem({ problem, headers }: ProblemAnswer): OpenAiFailure {
  const { detail: message, details } = problem;
  const { status, code } = known[problem.code] ?? problem;
  const error = { message, type: typeOf(status, code), param: paramOf(problem), code };
  return {
    status,
    headers: passing.has(problem.code) ? headers : { ...headers, ...noRetry },
    body: { error: details === undefined ? error : { ...error, details } },
  };
}

function paramOf({ code, details }: ProblemAnswer['problem']): string | null {
  if (code === 'UnknownAgent') return 'model';
  return details !== undefined && 'after' in details ? 'previous_response_id' : null;
}

function typeOf(status: number, code: string | null): string {
  if (code === 'BudgetExceeded') return 'insufficient_quota';
  if (status === 401) return 'authentication_error';
  if (status === 403) return 'permission_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

/**
 * The error that a run's end is to a client of OpenAI; `null`: it has an answer, though it may be cut short.
 *
 * @param param where the request holds what the model was to read
 */
export function errorOfRun(result: AgentRunResult<unknown>, param: string): unknown {
  const { error, status, metrics } = result;
  if (error === undefined || (status !== 'failed' && status !== 'limit')) return null;
  if (status === 'failed' || error.code === 'BudgetExceeded') return errorOf(error);
  const isTooLong = error.code === 'LimitReached' && error.details?.['limit'] === 'contextWindow';
  if (!isTooLong || metrics.calls > 0) return null;
  return new OpenAiError(400, error.message, { param, code: 'context_length_exceeded' });
}

function errorOf({ code, message, details }: ErrorFacts): LoadlineError {
  return new LoadlineError(code, message, details);
}
