import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import { isErrorCode, type ErrorFacts } from '../domain/errors.ts';

/** An error that may leave a handler: any other kind would block the workflow. */
export function toFailure(facts: ErrorFacts): ApplicationFailure {
  return ApplicationFailure.create({
    type: facts.code,
    message: facts.message,
    nonRetryable: true,
    ...(facts.details === undefined ? {} : { details: [facts.details] }),
  });
}

/** The same for a query, of whose error Temporal hands on the message alone: so the code stands in it. */
export function toQueryFailure({ code, message }: ErrorFacts): ApplicationFailure {
  return toFailure({ code, message: `${code}: ${message}` });
}

/** Why an activity failed, in the code and words that users get. */
export function factsOfFailure(error: unknown): ErrorFacts {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) {
    const details: unknown = cause.details?.[0];
    return {
      code: isErrorCode(cause.type) ? cause.type : 'ProviderError',
      message: cause.message,
      ...(typeof details === 'object' && details !== null ? { details: details as Record<string, unknown> } : {}),
    };
  }
  if (cause instanceof TimeoutFailure) {
    return { code: 'ProviderError', message: `The step took too long and was given up (${cause.message})` };
  }
  return { code: 'ProviderError', message: cause instanceof Error ? cause.message : String(cause) };
}

/** Ends a send that is open when its session continues as new: its run goes on, and it attaches to it again. */
export function rollingOver({ messageId, runId }: { readonly messageId: string; readonly runId: string }) {
  return toFailure({
    code: 'SessionRollingOver',
    message: `The session continues as new while run ${runId} is open. Send again with messageId ${messageId} to wait on`,
    details: { messageId, runId },
  });
}
