import { rateLimiter } from 'hono-rate-limiter';
import { HttpError } from '../http-error.ts';
import type { ServerContext, ServerEnv } from '../server-env.ts';
import { bearerOf } from './authenticate.ts';
import type { ApiTokens } from './tokens.ts';

export const windowSeconds = 60;
/** 100 a second: more than a dashboard or a busy service asks, and less than what keeps others from being answered. */
export const requestsPerWindow = 6_000;

/**
 * Lets each token make so many requests in a minute, and so each address without one; wrong tokens count for the address
 * that tries them. Each process counts for itself. Reading events is free: a stream is one request however long it lasts,
 * and all of them come back at once when a server is restarted.
 */
export function limitRate(tokens: ApiTokens | null, limit = requestsPerWindow) {
  return rateLimiter<ServerEnv>({
    windowMs: windowSeconds * 1000,
    limit,
    skip: ({ req }) => req.method === 'GET' && req.path.endsWith('/events'),
    keyGenerator(context) {
      const secret = bearerOf(context);
      const principal = secret === null ? null : (tokens?.find(secret) ?? null);
      return principal === null ? `address ${addressOf(context)}` : `token ${principal.name}`;
    },
    handler() {
      // `Retry-After` has been set by now.
      throw new HttpError('TooManyRequests', `More than ${limit} requests came within ${windowSeconds} s`);
    },
  });
}

function addressOf({ env }: ServerContext): string {
  return env.incoming?.socket.remoteAddress ?? 'of this process';
}
