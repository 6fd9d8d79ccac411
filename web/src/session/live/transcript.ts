import type { NumberedMessage } from '../../api/sessions.ts';

/** The part of a transcript that is read: without gaps, up to its end. */
export interface Transcript {
  readonly messages: readonly NumberedMessage[];
  readonly hasEarlier: boolean;
  readonly loaded: boolean;
}

export const unread: Transcript = { messages: [], hasEarlier: false, loaded: false };

/** With messages that came after the ones that are there. Those that are there already change nothing. */
export function addLater(transcript: Transcript, later: readonly NumberedMessage[]): Transcript {
  const last = transcript.messages.at(-1)?.number ?? 0;
  const added = later.filter(({ number }) => number > last);
  return added.length === 0 ? transcript : { ...transcript, messages: [...transcript.messages, ...added] };
}

export function addEarlier(
  transcript: Transcript,
  earlier: readonly NumberedMessage[],
  hasEarlier: boolean,
): Transcript {
  const first = transcript.messages[0]?.number ?? Infinity;
  const messages = [...earlier.filter(({ number }) => number < first), ...transcript.messages];
  return { messages, hasEarlier, loaded: true };
}

/** The id of the message that a call answered with. */
export function answerId(callId: string): string {
  return `${callId}.answer`;
}

/** The call that wrote this message; `null`: none did. */
export function callOfAnswer(messageId: string): string | null {
  return messageId.endsWith('.answer') ? messageId.slice(0, -'.answer'.length) : null;
}
