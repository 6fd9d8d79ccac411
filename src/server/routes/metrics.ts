import { createRoute, z } from '@hono/zod-openapi';
import type { Registry } from 'prom-client';
import { LoadlineError } from '../../domain/errors.ts';
import { defineRoute } from '../define-route.ts';
import { problems } from '../schemas/common.ts';
import { tenantOf } from '../security/access.ts';
import { principalOf } from '../security/authenticate.ts';
import { newRoutes, type Routes } from '../server-env.ts';

const route = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['server'],
  summary: 'Figures for Prometheus',
  responses: {
    200: {
      description: 'Requests and streams of this process; sessions, tokens and cost of the store, some seconds old',
      content: { 'text/plain': { schema: z.string() } },
    },
    ...problems,
  },
});

export function metricsRoutes(registry: Registry): Routes {
  const routes = newRoutes();
  defineRoute(routes, route, async (context) => {
    const principal = principalOf(context);
    if (tenantOf(principal) !== null) {
      const words = `The token of ${principal.name} is bound to a tenant; these sums are over all of them`;
      throw new LoadlineError('Forbidden', words);
    }
    return context.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType });
  });
  return routes;
}
