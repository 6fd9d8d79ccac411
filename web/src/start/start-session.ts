import { sendMessage, startSession, type StartRequest } from '../api/sessions.ts';

/** An id for a message that is made before its first try, so that it is answered once. */
export function newMessageId(): string {
  // Not `randomUUID`, which a page that is served without TLS to another machine does not have.
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `m-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Starts a session, with its first message where there is one. Answers its id. */
export async function startWith(request: StartRequest, text: string): Promise<string> {
  const { sessionId } = await startSession(request);
  if (text.trim() !== '') await sendMessage(sessionId, text, newMessageId());
  return sessionId;
}
