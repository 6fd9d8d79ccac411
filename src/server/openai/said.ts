import type { SendOptions } from '../../client/api.ts';
import type { EarlierMessage } from '../../domain/run.ts';
import type { UserPart } from '../../domain/messages.ts';
import { OpenAiError } from './errors.ts';

/** What a request says, whichever route it came by. */
export interface Said {
  /** System and developer messages, in order: they hold for the run. */
  readonly instructions: readonly string[];
  readonly messages: readonly EarlierMessage[];
}

/** A message to a session, with what was said before it. */
export interface SaidMessage extends Required<Pick<SendOptions, 'instructions' | 'earlier'>> {
  readonly parts: readonly UserPart[];
}

/**
 * The last message is the one to be answered.
 *
 * @param param where the messages stood in the request
 * @param isContinued of a session that has the rest itself: only what comes after the last answer is new
 * @throws OpenAiError 400 when there is nothing new to answer
 */
export function toMessage({ instructions, messages }: Said, param: string, isContinued: boolean): SaidMessage {
  const lastAnswer = messages.findLastIndex(({ role }) => role === 'assistant');
  const taken = isContinued ? messages.slice(lastAnswer + 1) : messages;
  const last = taken.at(-1);
  if (last?.role !== 'user') {
    throw new OpenAiError(400, `${param} must end with a message of the user: it is what is answered`, { param });
  }
  return { instructions: instructions.join('\n\n'), earlier: taken.slice(0, -1), parts: last.parts };
}
