import { createRoute, z } from '@hono/zod-openapi';
import { answers, problems } from '../schemas/common.ts';
import type { ServerDeps } from '../deps.ts';
import { defineRoute } from '../define-route.ts';
import { roles } from '../security/tokens.ts';
import { newRoutes, type Routes } from '../server-env.ts';

const about = z
  .object({
    version: z.string(),
    temporal: z.object({ namespace: z.string(), uiUrl: z.string().nullable() }),
    defaultModel: z.object({ model: z.string(), simulated: z.boolean(), why: z.string() }).nullable(),
    agents: z.array(z.string()),
    tokensRequired: z.boolean(),
    principal: z.object({ name: z.string(), role: z.enum(roles), tenant: z.string() }).nullable(),
    stories: z.boolean(),
  })
  .openapi('About', { description: 'Who has no token where one is needed is told that alone' });

const route = createRoute({
  method: 'get',
  path: '/v1/about',
  tags: ['server'],
  summary: 'What runs here, and who asks',
  responses: { 200: answers('What runs here', about), ...problems },
});

export function aboutRoutes({
  about: { version, temporal, defaultModel },
  stories,
  config,
  tokens,
}: ServerDeps): Routes {
  const routes = newRoutes();
  defineRoute(routes, route, (context) => {
    const principal = context.get('principal');
    const tokensRequired = tokens !== null;
    if (principal === null) {
      return context.json({
        version,
        temporal: { namespace: '', uiUrl: null },
        defaultModel: null,
        agents: [],
        tokensRequired,
        principal,
        stories: false,
      });
    }
    const agents = [...config.agents.keys()];
    return context.json({
      version,
      temporal,
      defaultModel,
      agents,
      tokensRequired,
      principal,
      stories: stories !== null,
    });
  });
  return routes;
}
