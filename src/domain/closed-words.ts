import type { ErrorFacts } from './errors.ts';
import { shellWord } from './shell-word.ts';

/** The command that goes on where a session ends. */
export function carryOnCommand(sessionId: string): string {
  return `loadline start --from ${shellWord(sessionId)}`;
}

/** What everyone is told who addresses a closed session: since when, why, and how to go on. */
export function closedFacts(session: {
  readonly sessionId: string;
  /** ISO 8601; `null` while its workflow is about to close it. */
  readonly closedAt: string | null;
  readonly closedReason: string | null;
}): ErrorFacts {
  const { sessionId, closedAt, closedReason } = session;
  const since = closedAt === null ? '' : ` since ${closedAt}`;
  const why = closedReason === null || closedReason === 'closed' ? '' : `: ${closedReason}`;
  return {
    code: 'SessionClosed',
    message: `Session ${sessionId} is closed${since}${why}. Its transcript and metrics stay; carry on in a new session with \`${carryOnCommand(sessionId)}\``,
    details: { sessionId, ...(closedReason === null ? {} : { reason: closedReason }) },
  };
}
