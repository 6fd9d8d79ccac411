import { LoadlineError } from '../domain/errors.ts';
import type { SessionInput } from '../domain/session.ts';
import type { Store } from '../store/store.ts';

/**
 * What a session that carries another one on is started with: user and tenant of that one, where none are given.
 *
 * @throws LoadlineError `SessionNotFound` when there is nothing to carry on.
 */
export async function withSource(store: Pick<Store, 'session'>, input: SessionInput): Promise<SessionInput> {
  const { from } = input;
  if (from === undefined) return input;
  const source = await store.session(from);
  if (source === null) throw new LoadlineError('SessionNotFound', `There is no session ${from} to carry on`);
  const { user, tenant } = source;
  return { ...(user === null ? {} : { user }), ...(tenant === null ? {} : { tenant }), ...input };
}
