import { runQuery } from './call.ts';
import type { Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import { type ModelRequest, type Provider, ProviderFailure } from './provider.ts';
import { numberOf } from './raw.ts';

/** A route that counts a request without answering it. */
export interface CountRoute {
  /** Tells this route of a server from its others. */
  readonly path: string;
  /** Is all of the request in the count? */
  canCount(request: ModelRequest): boolean;
  /** @returns the count; `null` from a server that answers something else there. */
  ask(exchange: Exchange, request: ModelRequest, signal: AbortSignal): Promise<number | null>;
}

/** A count is worth less than the wait for it: llama.cpp answers in 5 ms, hosted services in some 300. */
const timeLimitMs = 2000;
/** After a failure that may pass (overload, a restart, a slow link) a route is left alone for so long: meanwhile bounds are wide. */
const pauseMs = 15_000;
const missing = new Set([404, 405, 410, 501]);

/**
 * Milliseconds since the epoch before which a route is not asked again; `Infinity` where there is none. For the whole
 * process: a provider is made anew for each session that brings a key.
 */
const quietUntil = new Map<string, number>();

/**
 * A provider's `countInput` over the first of these routes that its server has.
 *
 * @example
 * const countInput = countInputOver(endpoint, [responsesCount]);
 * await countInput(request, signal); // 1204, or null
 */
export function countInputOver(endpoint: Endpoint, routes: readonly CountRoute[]): NonNullable<Provider['countInput']> {
  const keyOf = (route: CountRoute): string => `${endpoint.baseURL} ${route.path}`;
  return async (request, signal) => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeLimitMs)]);
    for (const route of routes) {
      const isQuiet = (quietUntil.get(keyOf(route)) ?? 0) > Date.now();
      if (isQuiet || !route.canCount(request)) continue;
      const count = await runQuery(
        endpoint,
        limited,
        (exchange) => route.ask(exchange, request, limited),
        request.model,
      ).catch((error: unknown) => error);
      if (typeof count === 'number') return count;
      if (signal.aborted || isUnsendable(count)) return null;
      quietUntil.set(keyOf(route), isMissing(count) ? Infinity : Date.now() + pauseMs);
      if (limited.aborted) return null;
    }
    return null;
  };
}

/** A medium that the wire has no place for: the request's fault, not the route's. */
function isUnsendable(answer: unknown): boolean {
  return answer instanceof ProviderFailure && answer.kind === 'bad-request' && answer.status === null;
}

function isMissing(answer: unknown): boolean {
  return answer === null || (answer instanceof ProviderFailure && missing.has(answer.status ?? 0));
}

/** A count of tokens that a server sent; no request has none (some answer every route with 200). */
export function countOf(value: unknown): number | null {
  return numberOf(value) || null;
}
