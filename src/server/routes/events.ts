import { createRoute, z } from '@hono/zod-openapi';
import { latestEventId } from '../../client/event-feed.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { problems, sessionParams } from '../schemas/common.ts';
import { sessionRow } from '../security/access.ts';
import { newRoutes, type Routes } from '../server-env.ts';
import { eventStream, sse } from '../streams/event-stream.ts';

const eventId = z.coerce.number().pipe(z.int().min(0)).exactOptional().openapi({ type: 'integer' });

const route = createRoute({
  method: 'get',
  path: '/v1/sessions/{sessionId}/events',
  tags: ['events'],
  summary: 'A session’s events as they come (server-sent events)',
  description:
    'Each stored event has its number as `id`, its type as `event` and its JSON as `data`; deltas of text have no id. ' +
    'From the start, or after `Last-Event-ID`, or with the `last` so many, or from now on.',
  request: {
    params: sessionParams,
    headers: z.object({ 'last-event-id': eventId }),
    query: z.object({
      lastEventId: eventId,
      from: z.literal('now').exactOptional(),
      last: z.coerce
        .number()
        .pipe(z.int().min(0))
        .exactOptional()
        .openapi({ type: 'integer', description: 'From so many stored events ago on' }),
    }),
  },
  responses: {
    200: { description: 'Until one side ends it', content: { 'text/event-stream': { schema: z.string() } } },
    ...problems,
  },
});

export function eventRoutes(deps: ServerDeps): Routes {
  const routes = newRoutes();
  defineRoute(routes, route, async (context) => {
    const { sessionId } = await sessionRow(deps, context, context.req.valid('param').sessionId);
    const { lastEventId, from, last } = context.req.valid('query');
    const given = context.req.valid('header')['last-event-id'] ?? lastEventId;
    const back = from === 'now' ? 0 : (last ?? Infinity);
    const start = back === Infinity ? 0 : Math.max(0, (await latestEventId(deps.backend.store, sessionId)) - back);
    const session = deps.api.existing(sessionId);
    return eventStream(deps, context, async function* (signal) {
      for await (const event of session.events({ afterId: given ?? start, signal })) yield sse(event);
    });
  });
  return routes;
}
