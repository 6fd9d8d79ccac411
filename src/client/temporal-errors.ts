import {
  isGrpcServiceError,
  QueryNotRegisteredError,
  QueryRejectedError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { isErrorCode, LoadlineError } from '../domain/errors.ts';

/** gRPC's codes for a server that may answer the very same request in a moment. */
const passingCodes = new Set([1, 4, 8, 10, 13, 14]);

function causes(error: unknown): unknown[] {
  const chain: unknown[] = [];
  for (let one = error; one instanceof Error && !chain.includes(one); one = one.cause) chain.push(one);
  return chain;
}

/** Is it worth sending the same request again: is the server away, restarting, or too busy? */
export function isPassing(error: unknown): boolean {
  return causes(error).some(
    (one) => isGrpcServiceError(one) && (passingCodes.has(one.code) || isNotReady(one.code, one.message)),
  );
}

/** A busy server has begun the workflow and can't take its first update yet: `FAILED_PRECONDITION`. */
function isNotReady(code: number, message: string): boolean {
  return code === 9 && /Update-with-Start could not be executed|not ready to handle/.test(message);
}

/** An update that was accepted and whose workflow then ended or continued as new: its message has a run all the same. */
export function isLeftBehind(error: unknown): boolean {
  return causes(error).some(
    (one) => one instanceof ApplicationFailure && one.type === 'AcceptedUpdateCompletedWorkflow',
  );
}

export function isNotFound(error: unknown): boolean {
  return causes(error).some((one) => one instanceof WorkflowNotFoundError);
}

export function isAlreadyStarted(error: unknown): boolean {
  return causes(error).some((one) => one instanceof WorkflowExecutionAlreadyStartedError);
}

/** Temporal's error in the code and words that users know; errors of ours pass as they are. */
export function toLoadlineError(error: unknown): unknown {
  if (error instanceof LoadlineError) return error;
  for (const one of causes(error)) {
    if (one instanceof QueryNotRegisteredError) {
      const [, code, message = ''] = /^(\w+): (.*)$/s.exec(one.message) ?? [];
      if (isErrorCode(code)) return new LoadlineError(code, message, undefined, { cause: error });
    }
    if (one instanceof ApplicationFailure && isErrorCode(one.type)) {
      const details: unknown = one.details?.[0];
      return new LoadlineError(one.type, one.message, isFacts(details) ? details : undefined, { cause: error });
    }
  }
  if (error instanceof QueryRejectedError || error instanceof WorkflowFailedError) return error;
  if (error instanceof WorkflowUpdateFailedError || error instanceof TemporalFailure) return error;
  if (error instanceof ServiceError || isPassing(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return new LoadlineError('TemporalUnavailable', `Temporal did not answer: ${message}`, undefined, { cause: error });
  }
  return error;
}

function isFacts(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
