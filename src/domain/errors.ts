/**
 * The codes that users meet, with their HTTP status: `ApplicationFailure` type, problem `code` and CLI error alike.
 */
export const errorStatus = {
  InvalidMessage: 400,
  Unauthorized: 401,
  Forbidden: 403,
  SessionNotFound: 404,
  RunNotFound: 404,
  SessionClosed: 409,
  SessionExists: 409,
  LimitReached: 409,
  MessageTooLarge: 413,
  UnknownAgent: 422,
  UnknownModel: 422,
  ConfigInvalid: 422,
  QueueFull: 429,
  BudgetExceeded: 429,
  ProviderError: 502,
  SessionRollingOver: 503,
  TemporalUnavailable: 503,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorStatus, value);
}

/**
 * An error with a code that users can act on. Its message says what was tried, what is in force and what to do next;
 * `details` holds the same facts for programs.
 */
export class LoadlineError extends Error {
  override readonly name = 'LoadlineError';
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, details?: Readonly<Record<string, unknown>>, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

/** An error as it is stored with a run and shown to users. */
export interface ErrorFacts {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}
