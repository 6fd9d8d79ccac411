import { createHash, randomUUID } from 'node:crypto';
import type { Session, SessionOptions } from '../../client/api.ts';
import type { ResolvedAgent } from '../../config/index.ts';
import { LoadlineError } from '../../domain/errors.ts';
import { didYouMean } from '../../domain/nearest.ts';
import { sessionIdPattern } from '../../domain/session.ts';
import type { ServerDeps } from '../deps.ts';
import { authorise, tenantOf } from '../security/access.ts';
import { principalOf } from '../security/authenticate.ts';
import type { ServerContext } from '../server-env.ts';
import { startSession } from '../start-session.ts';
import { OpenAiError } from './errors.ts';

/** The request and response header that names a session. */
export const sessionHeader = 'Loadline-Session';
export const simulatedHeader = 'Loadline-Simulated';
export const idempotencyHeader = 'Idempotency-Key';

/** @throws LoadlineError `UnknownAgent` */
export function agentNamed({ config }: Pick<ServerDeps, 'config'>, name: string): ResolvedAgent {
  const agent = config.agents.get(name);
  if (agent !== undefined) return agent;
  const names = [...config.agents.keys()];
  throw new LoadlineError(
    'UnknownAgent',
    `There is no agent ${name}${didYouMean(name, names) || ';'} known are ${names.join(', ')}`,
  );
}

export function isSimulated({ spec }: ResolvedAgent): boolean {
  return spec.model.startsWith('simulated/');
}

/**
 * A session of this agent by its id, created when it is new.
 *
 * @throws LoadlineError `SessionNotFound` for another tenant's, as if it were not there
 */
export async function sessionOf(
  deps: ServerDeps,
  context: ServerContext,
  agent: string,
  options: SessionOptions & { readonly id: string },
): Promise<Session> {
  const { id } = options;
  if (!sessionIdPattern.test(id)) {
    throw new OpenAiError(400, `${id.slice(0, 200)} can't be the id of a session`, { code: 'InvalidMessage' });
  }
  const row = await deps.backend.store.session(id);
  if (row !== null) authorise(context, row, id);
  const principal = principalOf(context);
  const tenant = tenantOf(principal);
  const session = deps.api.session(agent, { ...options, ...(tenant === null ? {} : { tenant }) });
  // Whoever is bound to a tenant must not come into a session that another one starts just now.
  if (row === null && tenant !== null) await startSession(deps, principal, session);
  return session;
}

/** An id that nobody else has, or the same one for the same caller and idempotency key. */
export function idFor(context: ServerContext, prefix: string): string {
  const key = context.req.header(idempotencyHeader);
  const { name, tenant } = principalOf(context);
  const material = key === undefined ? randomUUID() : JSON.stringify([name, tenant, key]);
  return `${prefix}${createHash('sha256').update(material).digest('hex').slice(0, 32)}`;
}
