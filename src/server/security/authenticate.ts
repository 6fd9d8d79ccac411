import { createMiddleware } from 'hono/factory';
import { LoadlineError } from '../../domain/errors.ts';
import type { ServerContext, ServerEnv } from '../server-env.ts';
import { allTenants, type ApiTokens, type Principal } from './tokens.ts';

/** Who works at this machine, where no tokens are set: only loopback is served then. */
const local: Principal = { name: 'local', role: 'admin', tenant: allTenants };

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Finds out who asks. A token that is not known is refused at once, also where none is needed. */
export function authenticate(tokens: ApiTokens | null) {
  return createMiddleware<ServerEnv>(async (context, next) => {
    context.set('principal', tokens === null ? local : bearer(context, tokens));
    await next();
  });
}

/** Lets only those pass who said who they are, and viewers only where they read. */
export const requirePrincipal = createMiddleware<ServerEnv>(async (context, next) => {
  const principal = principalOf(context);
  if (principal.role === 'viewer' && !reading.has(context.req.method)) {
    throw new LoadlineError('Forbidden', `The token of ${principal.name} may only read (role viewer)`);
  }
  await next();
});

/**
 * Who asks.
 *
 * @throws LoadlineError `Unauthorized` when nobody said.
 */
export function principalOf(context: ServerContext): Principal {
  const principal = context.get('principal');
  if (principal !== null) return principal;
  throw new LoadlineError(
    'Unauthorized',
    'An access token is needed: send it as `Authorization: Bearer …`. The tokens are those of LOADLINE_API_TOKENS',
  );
}

/** @throws LoadlineError `Forbidden` for whoever is no admin. */
export function requireAdmin(context: ServerContext): Principal {
  const principal = principalOf(context);
  if (principal.role === 'admin') return principal;
  throw new LoadlineError(
    'Forbidden',
    `This takes a token with the role admin; ${principal.name} is ${principal.role}`,
  );
}

function bearer(context: ServerContext, tokens: ApiTokens): Principal | null {
  if (context.req.header('authorization') === undefined) return null;
  const secret = bearerOf(context);
  const principal = secret === null ? null : tokens.find(secret);
  if (principal !== null) return principal;
  throw new LoadlineError('Unauthorized', 'The access token is not one of LOADLINE_API_TOKENS');
}

/** The secret of `Authorization: Bearer …`; `null`: there is none. */
export function bearerOf({ req }: Pick<ServerContext, 'req'>): string | null {
  return /^Bearer +([\x21-\x7e]+) *$/i.exec(req.header('authorization') ?? '')?.[1] ?? null;
}
