import type { Session } from '../client/api.ts';
import { LoadlineError } from '../domain/errors.ts';
import type { SessionCreated } from '../domain/session.ts';
import type { ServerDeps } from './deps.ts';
import { sees } from './security/access.ts';
import type { Principal } from './security/tokens.ts';

/**
 * Starts a session, or joins the one of that id, for who may see it.
 *
 * @throws LoadlineError `SessionExists` when the id is another tenant's: all that is told is that it is taken.
 */
export async function startSession(
  { backend }: Pick<ServerDeps, 'backend'>,
  principal: Principal,
  session: Pick<Session, 'id' | 'start'>,
): Promise<SessionCreated> {
  const refuseForeign = async (): Promise<void> => {
    const row = await backend.store.session(session.id);
    if (row === null || sees(principal, row)) return;
    throw new LoadlineError('SessionExists', `Session ${session.id} exists. Choose another id`);
  };
  await refuseForeign();
  const created = await session.start();
  // Somebody else may have started it in between.
  if (!created.created) await refuseForeign();
  return created;
}
