import { workflowInfo } from '@temporalio/workflow';
import { isCarriedState, type CarriedState } from '../domain/carried.ts';
import type { ErrorFacts } from '../domain/errors.ts';
import { workflowIdOf, type SessionInput } from '../domain/session.ts';

/** What only the workflow can tell of its argument; `null`: nothing is wrong. */
export function startProblem({ sessionId, carried }: SessionInput & { carried?: CarriedState }): ErrorFacts | null {
  const { workflowId } = workflowInfo();
  if (workflowId !== workflowIdOf(sessionId)) {
    const message = `Session ${sessionId} runs as workflow ${workflowIdOf(sessionId)}, not as ${workflowId}`;
    return { code: 'InvalidMessage', message };
  }
  if (carried === undefined || isCarriedState(carried)) return null;
  return { code: 'InvalidMessage', message: 'carried is what a session hands to itself; leave it out' };
}

/** A reason goes into results, events and the carried state. */
const maxReasonChars = 1_000;

/** What a signal from anywhere gives as its reason. */
export function reasonOf(argument: { readonly reason?: unknown } | null | undefined, otherwise: string): string {
  const reason = argument?.reason;
  return typeof reason === 'string' && reason !== '' ? reason.slice(0, maxReasonChars) : otherwise;
}

/** The message id that a signal gives; `null`: none that could be one. */
export function messageIdOf(argument: unknown): string | null {
  if (typeof argument !== 'object' || argument === null) return null;
  const { messageId } = argument as { readonly messageId?: unknown };
  return typeof messageId === 'string' && messageId !== '' ? messageId.slice(0, 200) : null;
}
