import type { Connection } from './database.ts';
import { query } from './query.ts';

interface ToolCallKey {
  readonly sessionId: string;
  readonly callId: string;
}

const attemptsOfCall = query<ToolCallKey>()((db, arg) =>
  db
    .selectFrom('tool_attempts')
    .select('failed')
    .where('session_id', '=', arg('sessionId'))
    .where('call_id', '=', arg('callId')),
);

const insertAttempt = query<ToolCallKey & { readonly attempt: number; readonly at: string }>()((db, arg) =>
  db.insertInto('tool_attempts').values({
    session_id: arg('sessionId'),
    call_id: arg('callId'),
    attempt: arg('attempt'),
    failed: 0,
    started_at: arg('at'),
  }),
);

export const markFailed = query<ToolCallKey & { readonly attempt: number }>()((db, arg) =>
  db
    .updateTable('tool_attempts')
    .set({ failed: 1 })
    .where('session_id', '=', arg('sessionId'))
    .where('call_id', '=', arg('callId'))
    .where('attempt', '=', arg('attempt')),
);

/**
 * Counts an attempt's start; `null` when more attempts than these have an outcome that nobody knows. In one
 * transaction, so that an attempt which was only slow finds the one that took its place.
 */
export async function startAttempt(
  connection: Connection,
  { sessionId, callId, unknownAllowed, at }: ToolCallKey & { readonly unknownAllowed: number; readonly at: string },
): Promise<number | null> {
  const before = await connection.all(attemptsOfCall, { sessionId, callId });
  if (before.filter(({ failed }) => failed === 0).length > unknownAllowed) return null;
  const attempt = before.length + 1;
  await connection.run(insertAttempt, { sessionId, callId, attempt, at });
  return attempt;
}
