import { createRoute, z } from '@hono/zod-openapi';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { answers, problems } from '../schemas/common.ts';
import { newRoutes, type Routes } from '../server-env.ts';
import { storyNames } from '../stories/tell.ts';

const route = createRoute({
  method: 'post',
  path: '/v1/stories/{name}',
  tags: ['server'],
  summary: 'Start a story on the simulator',
  description: 'Only from `loadline dev`, and where no token is needed. It goes on by itself; follow its events.',
  request: { params: z.object({ name: z.enum(storyNames).openapi({ param: { name: 'name', in: 'path' } }) }) },
  responses: { 201: answers('It has started', z.object({ sessionId: z.string() })), ...problems },
});

/** None where the server tells no stories: then there is no such route. */
export function storyRoutes({ stories }: ServerDeps): Routes {
  const routes = newRoutes();
  if (stories === null) return routes;
  defineRoute(routes, route, async (context) => {
    const { sessionId } = await stories.start(context.req.valid('param').name);
    context.header('Location', `/v1/sessions/${encodeURIComponent(sessionId)}`);
    return context.json({ sessionId }, 201);
  });
  return routes;
}
