import { isErrorCode, LoadlineError } from '../domain/errors.ts';
import { exitCodes } from './exit-codes.ts';
import { asPasted } from './own-command.ts';
import { paintError } from './terminal/colours.ts';
import { neutral } from './terminal/neutral.ts';

/** The command was not called as it can be called: nothing was done. */
export class UsageError extends Error {
  override readonly name = 'Usage';
}

export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** An error in the words that every command uses for it. */
export function failureOf(error: unknown): Failure {
  if (error instanceof LoadlineError) return { code: error.code, message: error.message, details: error.details ?? {} };
  if (!(error instanceof Error)) return { code: 'Error', message: String(error), details: {} };
  return { code: error.name, message: error.message, details: {} };
}

export function exitCodeOf(error: unknown): number {
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}

/** `code: message` in red; the code is what programs and people look up. */
export function failureLine({ code, message }: Pick<Failure, 'code' | 'message'>): string {
  const known = isErrorCode(code) ? code : code === 'Error' ? 'error' : code;
  return `${paintError('red', `${known}:`)} ${neutral(asPasted(message))}`;
}
