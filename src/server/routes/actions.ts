import { createRoute, z } from '@hono/zod-openapi';
import { answered } from '../answered.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { preferenceOf } from '../preference.ts';
import { answers, jsonBody, problems, sessionParams } from '../schemas/common.ts';
import { limitsInForce, limitsPatch } from '../schemas/limits.ts';
import { sessionMetrics } from '../schemas/metrics.ts';
import { approvalBody, cancelBody, closeBody, compactBody, compactionResult } from '../schemas/sessions.ts';
import { sessionRow } from '../security/access.ts';
import { newRoutes, type Routes } from '../server-env.ts';
import { within } from '../within.ts';

const tags = ['actions'];

const compact = createRoute({
  method: 'post',
  path: '/v1/sessions/{sessionId}/compact',
  tags,
  summary: 'Shorten the context',
  request: { params: sessionParams, body: jsonBody(compactBody, false) },
  responses: { 200: answers('What it brought', compactionResult), ...problems },
});

const cancel = createRoute({
  method: 'post',
  path: '/v1/sessions/{sessionId}/cancel',
  tags,
  summary: 'Cancel a run, the one in progress when none is named',
  request: { params: sessionParams, body: jsonBody(cancelBody, false) },
  responses: { 202: answers('It is asked for', z.object({ sessionId: z.string() })), ...problems },
});

const close = createRoute({
  method: 'post',
  path: '/v1/sessions/{sessionId}/close',
  tags,
  summary: 'Close a session: its run ends, new messages are refused',
  request: { params: sessionParams, body: jsonBody(closeBody, false) },
  responses: {
    200: answers('It is closed', sessionMetrics),
    202: answers('It closes once its run has ended', z.object({ sessionId: z.string(), status: z.literal('closing') })),
    ...problems,
  },
});

const setLimits = createRoute({
  method: 'post',
  path: '/v1/sessions/{sessionId}/limits',
  tags,
  summary: 'Change limits and thresholds of a session',
  request: { params: sessionParams, body: jsonBody(limitsPatch) },
  responses: { 200: answers('Those in force', limitsInForce), ...problems },
});

const approve = createRoute({
  method: 'post',
  path: '/v1/sessions/{sessionId}/approvals',
  tags,
  summary: 'Approve or deny a tool call that the session waits for',
  request: { params: sessionParams, body: jsonBody(approvalBody) },
  responses: {
    200: answers('It was said', z.object({ sessionId: z.string(), callId: z.string(), approved: z.boolean() })),
    ...problems,
  },
});

/** What is done to a session, beside talking to it. */
export function actionRoutes(deps: ServerDeps): Routes {
  const routes = newRoutes();
  const { api, stopping } = deps;

  defineRoute(routes, compact, async (context) => {
    const { sessionId } = await sessionRow(deps, context, context.req.valid('param').sessionId);
    return context.json(await answered(deps, context, api.existing(sessionId).compact(context.req.valid('json'))));
  });

  defineRoute(routes, cancel, async (context) => {
    const { sessionId } = await sessionRow(deps, context, context.req.valid('param').sessionId);
    await api.existing(sessionId).cancel(context.req.valid('json'));
    return context.json({ sessionId }, 202);
  });

  defineRoute(routes, close, async (context) => {
    const { sessionId } = await sessionRow(deps, context, context.req.valid('param').sessionId);
    const { waitMs } = preferenceOf(context);
    const closing = api.existing(sessionId).close(context.req.valid('json'));
    const metrics = await within(waitMs, closing, stopping);
    if (metrics !== null) return context.json(metrics);
    closing.catch(() => undefined);
    context.header('Location', `/v1/sessions/${encodeURIComponent(sessionId)}`);
    return context.json({ sessionId, status: 'closing' }, 202);
  });

  defineRoute(routes, setLimits, async (context) => {
    const { sessionId } = await sessionRow(deps, context, context.req.valid('param').sessionId);
    return context.json(await answered(deps, context, api.existing(sessionId).setLimits(context.req.valid('json'))));
  });

  defineRoute(routes, approve, async (context) => {
    const { sessionId } = await sessionRow(deps, context, context.req.valid('param').sessionId);
    const { callId, approved, reason } = context.req.valid('json');
    const said = api.existing(sessionId).approve({ callId, approved, ...(reason === undefined ? {} : { reason }) });
    await answered(
      deps,
      context,
      said.then(() => true),
    );
    return context.json({ sessionId, callId, approved });
  });

  return routes;
}
