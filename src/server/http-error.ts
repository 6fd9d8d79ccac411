import type { ValidationTargets } from 'hono';
import type { z } from 'zod';
import { LoadlineError } from '../domain/errors.ts';

/** Codes that only HTTP has, beside those of `src/domain/errors.ts`. */
export const httpStatus = {
  NotFound: 404,
  MethodNotAllowed: 405,
  RequestTimeout: 408,
  UnsupportedMediaType: 415,
  TooManyRequests: 429,
  HeadersTooLarge: 431,
  InternalError: 500,
  StoreUnavailable: 503,
  ServerStarting: 503,
  ServerStopping: 503,
} as const;

export type HttpCode = keyof typeof httpStatus;

/** A fault of the request as HTTP, which no other way to Loadline has. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: HttpCode, message: string, headers: Readonly<Record<string, string>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.headers = headers;
  }
}

const places: Readonly<Partial<Record<keyof ValidationTargets, string>>> = {
  json: 'body',
  query: 'query',
  param: 'path',
  header: 'header',
};

/** The refusal of an input that does not fit its schema: one line for each field. */
export function invalidInput(target: keyof ValidationTargets, error: z.core.$ZodError): LoadlineError {
  const place = places[target] ?? target;
  const problems = error.issues.flatMap((issue) => problemsOf(place, issue));
  const list = problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
  return new LoadlineError('InvalidMessage', `The ${place} does not fit: ${list}`, { problems });
}

interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

function problemsOf(place: string, issue: z.core.$ZodIssue): FieldProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: fieldName(place, [...issue.path, key]), message: 'is not known' }));
  }
  const message = issue.message
    .replace(/^Invalid input: /, '')
    .replace(', received undefined', ', and it is missing')
    .replace('expected number, received NaN', 'expected one number');
  return [{ field: fieldName(place, issue.path), message }];
}

function fieldName(place: string, path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (name, key) => (typeof key === 'number' ? `${name}[${key}]` : `${name}.${String(key)}`),
    place,
  );
}
