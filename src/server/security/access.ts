import { LoadlineError } from '../../domain/errors.ts';
import type { SessionRow } from '../../store/store.ts';
import type { ServerDeps } from '../deps.ts';
import type { ServerContext } from '../server-env.ts';
import { principalOf } from './authenticate.ts';
import { allTenants, type Principal } from './tokens.ts';

/** The one tenant that somebody is bound to; `null`: to none. */
export function tenantOf({ tenant }: Principal): string | null {
  return tenant === allTenants ? null : tenant;
}

export function sees(principal: Principal, { tenant }: Pick<SessionRow, 'tenant'>): boolean {
  const own = tenantOf(principal);
  return own === null || own === tenant;
}

/**
 * Lets only those on who may see the session.
 *
 * @throws LoadlineError `SessionNotFound` as for one that never was: that another tenant has it is nobody's business.
 */
export function authorise(context: ServerContext, row: SessionRow | null, sessionId: string): SessionRow {
  if (row !== null && sees(principalOf(context), row)) return row;
  throw unknownSession(sessionId);
}

/** The session of this id, for who may see it. */
export async function sessionRow(
  { backend }: Pick<ServerDeps, 'backend'>,
  context: ServerContext,
  sessionId: string,
): Promise<SessionRow> {
  return authorise(context, await backend.store.session(sessionId), sessionId);
}

export function unknownSession(sessionId: string): LoadlineError {
  return new LoadlineError('SessionNotFound', `There is no session ${shortened(sessionId)}`);
}

/** An id from a path may be anything. */
function shortened(id: string): string {
  return id.length <= 128 ? id : `${id.slice(0, 128)}…`;
}
