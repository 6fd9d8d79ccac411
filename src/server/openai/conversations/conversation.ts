import type { ServerDeps } from '../../deps.ts';
import { sees, tenantOf, unknownSession } from '../../security/access.ts';
import { principalOf } from '../../security/authenticate.ts';
import type { ServerContext } from '../../server-env.ts';

/** A session, or one that begins with its first response: a conversation has no agent before that. */
export interface Conversation {
  readonly id: string;
  /** Unix time in seconds. */
  readonly createdAt: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly isStarted: boolean;
  /** Whether it was made here, and its metadata can be changed. */
  readonly isOwn: boolean;
}

/**
 * The conversation with this id; `null`: there is none.
 *
 * @throws LoadlineError `SessionNotFound` for another tenant's
 */
export async function conversationOf(
  { backend }: ServerDeps,
  context: ServerContext,
  id: string,
): Promise<Conversation | null> {
  const [object, row] = await Promise.all([backend.store.apiObject(id), backend.store.session(id)]);
  const principal = principalOf(context);
  const tenant = tenantOf(principal);
  const isForeign =
    (row !== null && !sees(principal, row)) || (object !== null && tenant !== null && object.tenant !== tenant);
  if (isForeign) throw unknownSession(id);
  if (object === null && row === null) return null;
  const metadata = object === null ? row?.metadata : object.body['metadata'];
  return {
    id,
    createdAt: Math.floor(Date.parse(object?.createdAt ?? row?.createdAt ?? '') / 1000),
    metadata: (metadata ?? {}) as Record<string, string>,
    isStarted: row !== null,
    isOwn: object !== null,
  };
}

/** @throws LoadlineError `SessionNotFound` */
export async function conversationNamed(deps: ServerDeps, context: ServerContext, id: string): Promise<Conversation> {
  const found = await conversationOf(deps, context, id);
  if (found === null) throw unknownSession(id);
  return found;
}
