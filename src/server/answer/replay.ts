import { toolCallsOf, type Message, type ToolResultPart } from '../../domain/messages.ts';
import { routedMessageIdOf } from '../../domain/team.ts';
import type { AnswerStep } from './step.ts';

const answerSuffix = '.answer';

/** The id of the message that a call's answer is stored as. */
export function answerIdOf(callId: string): string {
  return `${callId}${answerSuffix}`;
}

/** The call that a message is the answer of; what a team's member said in its leader's place goes by its own id. */
export function callOf({ id, runId }: Message): string | null {
  if (id.endsWith(answerSuffix)) return id.slice(0, -answerSuffix.length);
  return id === routedMessageIdOf(runId) ? id : null;
}

/** A run's messages without those that were said before it, and without answers that the model had to correct. */
export function saidInRun(messages: readonly Message[]): readonly Message[] {
  const repair = messages.findIndex(({ id, runId }) => id === `${runId}.repair`);
  return messages.filter((message, at) => at !== repair - 1 && (callOf(message) !== null || message.role === 'tool'));
}

/** How a tool call ended. */
export function toolEnded(
  messages: readonly Message[],
  { callId, tool, output, isError }: ToolResultPart,
): AnswerStep & { readonly type: 'tool-ended' } {
  const call = messages.flatMap(({ parts }) => toolCallsOf(parts)).find((one) => one.callId === callId);
  return { type: 'tool-ended', callId, tool, input: call?.input ?? {}, output, isError };
}

/**
 * What has been said in a run already, as if it were said now.
 *
 * @param skipped so many of its messages are left out
 */
export function* replay(messages: readonly Message[], skipped = 0): Generator<AnswerStep> {
  for (const message of saidInRun(messages.slice(skipped))) {
    const callId = callOf(message);
    for (const part of message.parts) {
      if (callId !== null && (part.type === 'text' || part.type === 'reasoning')) {
        if (part.text !== '') yield { type: part.type, callId, delta: part.text };
      }
      if (part.type === 'tool-result') yield toolEnded(messages, part);
    }
    if (callId !== null) yield { type: 'answered', callId, message, misfit: false, context: null };
  }
}
