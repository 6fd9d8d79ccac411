import { LoadlineError } from '../domain/errors.ts';
import type { SessionRow, SessionStore } from '../store/store.ts';
import { ownCommand } from './own-command.ts';

const mostCandidates = 8;

/**
 * The session id that is given whole or by a beginning that no other session shares. An id that the store does not know
 * is answered as it is: Temporal may know a session that no worker has opened yet.
 *
 * @throws LoadlineError `SessionNotFound` with the candidates when several sessions begin so.
 */
export async function findSession(store: SessionStore, given: string): Promise<string> {
  if ((await store.session(given)) !== null) return given;
  const { sessions, cursor } = await store.sessions({ idPrefix: given, limit: mostCandidates });
  const [first] = sessions;
  if (first === undefined) return given;
  if (sessions.length === 1) return first.sessionId;
  const candidates = sessions.map(({ sessionId }) => sessionId);
  throw new LoadlineError(
    'SessionNotFound',
    `Several sessions begin with ${given}: ${candidates.join(', ')}${cursor === null ? '' : ', …'}. Give more of the id`,
    { candidates },
  );
}

/** The row of a session that is given like that. */
export async function findSessionRow(store: SessionStore, given: string): Promise<SessionRow> {
  const row = await store.session(await findSession(store, given));
  if (row !== null) return row;
  throw new LoadlineError(
    'SessionNotFound',
    `There is no session ${given}. \`${ownCommand()} sessions\` lists those there are`,
    { sessionId: given },
  );
}
