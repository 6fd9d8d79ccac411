import { ApplicationFailureCategory, TemporalFailure } from '@temporalio/common';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { LoadlineError, type ErrorCode } from '../domain/errors.ts';
import { StoreUnavailable } from '../store/index.ts';

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

/** Another try may do better; without `afterMs` the retry policy says when. The server takes a delay of 0 for "never". */
export function tryAgain(code: ErrorCode, message: string, afterMs: number | null): ApplicationFailure {
  return ApplicationFailure.create({
    type: code,
    message: shortened(message),
    // Told to the user and kept in the ledger: nothing for the worker's log.
    category: ApplicationFailureCategory.BENIGN,
    nonRetryable: false,
    ...(afterMs === null ? {} : { nextRetryDelay: Math.max(1, afterMs) }),
  });
}

/** An error that nobody foresaw is tried again this often: some pass, a bug does not, and its run must not hang. */
const unforeseenTries = 8;

/**
 * Errors with a code of ours end the step. While the store is away it is tried again for as long as that takes; any
 * other error a few times.
 */
export async function withCodes<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LoadlineError) throw refuse(error.code, error.message, error.details);
    if (error instanceof TemporalFailure || error instanceof StoreUnavailable) throw error;
    if (Context.current().info.attempt < unforeseenTries) throw error;
    const words = error instanceof Error ? error.message : String(error);
    throw refuse('ProviderError', `An unexpected error came again and again; the worker's log has it: ${words}`);
  }
}
