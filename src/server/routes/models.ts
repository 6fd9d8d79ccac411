import { createRoute, z } from '@hono/zod-openapi';
import { listModels, readLearnt } from '../../client/model-list.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { answers, isoTime, problems } from '../schemas/common.ts';
import { newRoutes, type Routes } from '../server-env.ts';

const dollars = z.number().optional();

const model = z
  .object({
    ref: z.string(),
    provider: z.string(),
    model: z.string(),
    agents: z.array(z.string()),
    callable: z.boolean(),
    contextWindow: z.int().nullable(),
    maxInputTokens: z.int().nullable(),
    maxOutputTokens: z.int().nullable(),
    priced: z.boolean(),
    price: z
      .object({
        input: z.number(),
        output: z.number(),
        cacheRead: dollars,
        cacheWrite: dollars,
        cacheWrite1h: dollars,
        reasoning: dollars,
        audioInput: dollars,
        audioOutput: dollars,
      })
      .nullable()
      .openapi({ description: 'US dollars a million tokens' }),
    longContextPrice: z.boolean(),
    source: z.enum(['config', 'catalogue', 'free']).nullable(),
    estimates: z
      .object({ requests: z.int(), medianError: z.number(), p95Error: z.number(), boundViolations: z.int() })
      .nullable(),
    learnt: z.object({ window: z.int(), from: z.string(), learntAt: isoTime }).nullable(),
  })
  .openapi('Model');

const route = createRoute({
  method: 'get',
  path: '/v1/models',
  tags: ['agents'],
  summary: 'Windows and prices of models, and how far estimates were off',
  request: { query: z.object({ all: z.enum(['true', 'false']).exactOptional().openapi({ type: 'boolean' }) }) },
  responses: {
    200: answers(
      'Those of providers that can be called here, or all that are known',
      z.object({ models: z.array(model) }),
    ),
    ...problems,
  },
});

export function modelRoutes({ config, backend, environment }: ServerDeps): Routes {
  const routes = newRoutes();
  defineRoute(routes, route, async (context) => {
    const known = listModels(config, environment, await readLearnt(backend.store));
    const all = context.req.valid('query').all === 'true';
    return context.json({ models: known.filter(({ callable, agents }) => all || callable || agents.length > 0) });
  });
  return routes;
}
