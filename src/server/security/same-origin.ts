import { createMiddleware } from 'hono/factory';
import { LoadlineError } from '../../domain/errors.ts';
import type { ServerContext, ServerEnv } from '../server-env.ts';

/** Names under which only this machine itself reaches what is bound to loopback. */
const ownNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Without tokens, whoever reaches the port may do everything; so only programs of this machine and pages of our own may
 * reach it. A page of another site is told by its `Origin`, and one whose name was bound anew to loopback (DNS rebinding)
 * by its `Host`.
 */
export const sameOrigin = createMiddleware<ServerEnv>(async (context, next) => {
  // A request line may name a host too, and is then the one that counts.
  for (const host of [context.req.header('host'), new URL(context.req.url).host]) {
    if (isOwn(context, host)) continue;
    throw forbidden(`The host ${quoted(host)} is not this server: without access tokens it answers to localhost only`);
  }
  const origin = context.req.header('origin');
  if (origin !== undefined && !(origin.startsWith('http://') && isOwn(context, origin.slice('http://'.length)))) {
    throw forbidden(`The page ${quoted(origin)} is of another origin`);
  }
  const { site, mode } = { site: context.req.header('sec-fetch-site'), mode: context.req.header('sec-fetch-mode') };
  if (site === 'cross-site' && mode !== 'navigate') throw forbidden('A page of another site asked');
  await next();
});

function isOwn(context: ServerContext, host: string | undefined): boolean {
  const [, name = '', port = '80'] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host?.toLowerCase() ?? '') ?? [];
  // Without a socket there is nothing to be rebound to.
  const ours = context.env.incoming?.socket.localPort;
  return ownNames.has(name) && (ours === undefined || Number(port) === ours);
}

function quoted(text: string | undefined): string {
  return text === undefined ? 'that is missing' : JSON.stringify(text.slice(0, 100));
}

function forbidden(message: string): LoadlineError {
  return new LoadlineError('Forbidden', message);
}
