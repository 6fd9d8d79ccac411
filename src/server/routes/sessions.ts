import { createRoute } from '@hono/zod-openapi';
import { LoadlineError } from '../../domain/errors.ts';
import type { SessionOptions } from '../../client/api.ts';
import { answered } from '../answered.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { answers, jsonBody, problems, sessionParams } from '../schemas/common.ts';
import { sessionMetrics } from '../schemas/metrics.ts';
import { listQuery, sessionCreated, sessionDetails, sessionPage, startBody } from '../schemas/sessions.ts';
import { sessionRow, tenantOf } from '../security/access.ts';
import { principalOf } from '../security/authenticate.ts';
import type { Principal } from '../security/tokens.ts';
import { newRoutes, type Routes } from '../server-env.ts';
import { detailsOf } from '../session-details.ts';
import { startSession } from '../start-session.ts';

const start = createRoute({
  method: 'post',
  path: '/v1/sessions',
  tags: ['sessions'],
  summary: 'Start a session',
  request: { body: jsonBody(startBody) },
  responses: {
    201: answers('It was made', sessionCreated),
    200: answers('It was there already, with the same agent', sessionCreated),
    ...problems,
  },
});

const list = createRoute({
  method: 'get',
  path: '/v1/sessions',
  tags: ['sessions'],
  summary: 'Sessions, newest first',
  request: { query: listQuery },
  responses: { 200: answers('One page; `cursor` asks for the next', sessionPage), ...problems },
});

const details = createRoute({
  method: 'get',
  path: '/v1/sessions/{sessionId}',
  tags: ['sessions'],
  summary: 'Where a session stands',
  request: { params: sessionParams },
  responses: { 200: answers('Its state; of a closed one what the store knows', sessionDetails), ...problems },
});

const metrics = createRoute({
  method: 'get',
  path: '/v1/sessions/{sessionId}/metrics',
  tags: ['sessions'],
  summary: 'Tokens and cost of a session',
  request: { params: sessionParams },
  responses: { 200: answers('The sums over all its work', sessionMetrics), ...problems },
});

/** The tenant of a session that somebody starts: their own, where they are bound to one. */
export function tenantFor(principal: Principal, asked: string | undefined): Pick<SessionOptions, 'tenant'> {
  const own = tenantOf(principal);
  if (own !== null && asked !== undefined && asked !== own) {
    throw new LoadlineError('Forbidden', `The token of ${principal.name} is bound to tenant ${own}`);
  }
  const tenant = own ?? asked;
  return tenant === undefined ? {} : { tenant };
}

export function sessionRoutes(deps: ServerDeps): Routes {
  const routes = newRoutes();

  defineRoute(routes, start, async (context) => {
    const { agent, sessionId, tenant, ...options } = context.req.valid('json');
    if (options.from !== undefined) await sessionRow(deps, context, options.from);
    const principal = principalOf(context);
    const session = deps.api.session(agent, {
      ...options,
      ...tenantFor(principal, tenant),
      ...(sessionId === undefined ? {} : { id: sessionId }),
    });
    const created = await answered(deps, context, startSession(deps, principal, session));
    context.header('Location', `/v1/sessions/${encodeURIComponent(created.sessionId)}`);
    return context.json(created, created.created ? 201 : 200);
  });

  defineRoute(routes, list, async (context) => {
    const { q, cursor, tenant, ...filter } = context.req.valid('query');
    const own = tenantOf(principalOf(context));
    if (own !== null && tenant !== undefined && tenant !== own) return context.json({ sessions: [], cursor: null });
    const asked = own ?? tenant;
    return context.json(
      await deps.api.sessions({
        ...filter,
        ...(asked === undefined ? {} : { tenant: asked }),
        ...(q === undefined ? {} : { search: q }),
        ...(cursor === undefined ? {} : { after: cursor }),
      }),
    );
  });

  defineRoute(routes, details, async (context) => {
    const row = await sessionRow(deps, context, context.req.valid('param').sessionId);
    return context.json(await detailsOf(deps, row));
  });

  defineRoute(routes, metrics, async (context) => {
    const { sessionId } = await sessionRow(deps, context, context.req.valid('param').sessionId);
    return context.json(await deps.api.existing(sessionId).metrics());
  });

  return routes;
}
