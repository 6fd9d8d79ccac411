import { createRoute, z } from '@hono/zod-openapi';
import type { ResolvedAgent } from '../../config/index.ts';
import { createCatalogue } from '../../models/index.ts';
import { simulatedModels } from '../../simulator/models.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { answers, problems } from '../schemas/common.ts';
import { limitsFields } from '../schemas/limits.ts';
import { newRoutes, type Routes } from '../server-env.ts';

const agentView = z
  .object({
    name: z.string(),
    kind: z.enum(['agent', 'team']),
    description: z.string(),
    model: z.string(),
    mode: z.string().optional(),
    members: z.array(z.string()).optional(),
    tools: z.array(z.string()),
    contextWindow: z.int().nullable(),
    ...limitsFields,
    simulated: z.boolean(),
  })
  .openapi('Agent');

const route = createRoute({
  method: 'get',
  path: '/v1/agents',
  tags: ['agents'],
  summary: 'The agents and teams of the config',
  responses: { 200: answers('All of them', z.object({ agents: z.array(agentView) })), ...problems },
});

export function agentRoutes({ config }: ServerDeps): Routes {
  const catalogue = createCatalogue(config.models, { simulatedModels });
  const view = ({ spec }: ResolvedAgent) => {
    const { name, description, model, team, tools, limits, thresholds } = spec;
    return {
      name,
      kind: team === undefined ? 'agent' : 'team',
      description,
      model,
      ...(team === undefined ? {} : { mode: team.mode, members: team.members }),
      tools: tools.map((tool) => tool.name),
      contextWindow: catalogue.facts(model).contextWindow,
      limits,
      thresholds,
      simulated: model.startsWith('simulated/'),
    };
  };
  const routes = newRoutes();
  defineRoute(routes, route, (context) => context.json({ agents: [...config.agents.values()].map(view) }));
  return routes;
}
