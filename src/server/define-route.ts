import type { RouteConfig, RouteHandler } from '@hono/zod-openapi';
import type { Routes, ServerEnv } from './server-env.ts';

type ContextOf<Route extends RouteConfig> = Parameters<RouteHandler<Route, ServerEnv>>[0];

/**
 * Adds a route. Its answers are the library's own values, which the schema only describes, so that the types of the two
 * need not be one: a test holds real answers against the document.
 */
export function defineRoute<Route extends RouteConfig>(
  routes: Routes,
  route: Route,
  handler: (context: ContextOf<Route>) => Response | Promise<Response>,
): void {
  routes.openapi(route, handler as unknown as RouteHandler<Route, ServerEnv>);
}
