import { ApplicationFailureCategory } from '@temporalio/common';
import { ApplicationFailure } from '@temporalio/activity';
import { LoadlineError, type ErrorCode } from '../domain/errors.ts';

/** A provider may answer with a whole page; the run's result, its event and the workflow all carry these words. */
const longestMessage = 2_000;

function shortened(message: string): string {
  return message.length <= longestMessage ? message : `${message.slice(0, longestMessage)}…`;
}

/** Ends the step for good: the workflow gets the code and the words. */
export function refuse(
  code: ErrorCode,
  message: string,
  details?: Readonly<Record<string, unknown>>,
): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: shortened(message),
    // Told to the user and kept in the ledger: nothing for the worker's log.
    category: ApplicationFailureCategory.BENIGN,
    nonRetryable: true,
    ...(details === undefined ? {} : { details: [details] }),
  });
}

/** Another try may do better; without `afterMs` the retry policy says when. */
export function tryAgain(code: ErrorCode, message: string, afterMs: number | null): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: shortened(message),
    // Told to the user and kept in the ledger: nothing for the worker's log.
    category: ApplicationFailureCategory.BENIGN,
    nonRetryable: false,
    ...(afterMs === null ? {} : { nextRetryDelay: afterMs }),
  });
}

/** Errors with a code of ours end the step; all others (the store is away, a bug) are tried again. */
export async function withCodes<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LoadlineError) throw refuse(error.code, error.message, error.details);
    throw error;
  }
}
