import { createRoute } from '@hono/zod-openapi';
import type { InspectApi } from '../../client/inspect-api.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { answers, problems, sessionParams } from '../schemas/common.ts';
import {
  callList,
  callParams,
  callQuery,
  compactionList,
  ledgerQuery,
  ledgerView,
  receipt,
  requestQuery,
  requestView,
  runPage,
  runPageQuery,
} from '../schemas/inspect.ts';
import { sessionRow } from '../security/access.ts';
import { newRoutes, type Routes, type ServerContext } from '../server-env.ts';

const runs = createRoute({
  method: 'get',
  tags: ['inspection'],
  path: '/v1/sessions/{sessionId}/runs',
  summary: 'Runs with their metrics, newest first',
  request: { params: sessionParams, query: runPageQuery },
  responses: { 200: answers('One page; `cursor` asks for the next', runPage), ...problems },
});

const calls = createRoute({
  method: 'get',
  tags: ['inspection'],
  path: '/v1/sessions/{sessionId}/calls',
  summary: 'The newest calls to models with their attempts and tools, oldest first',
  request: { params: sessionParams, query: callQuery },
  responses: { 200: answers('Those of one run with `runId`', callList), ...problems },
});

const request = createRoute({
  method: 'get',
  tags: ['inspection'],
  path: '/v1/sessions/{sessionId}/calls/{callId}/request',
  summary: 'What the model saw',
  request: { params: callParams, query: requestQuery },
  responses: { 200: answers('The request as it was sent, item by item', requestView), ...problems },
});

const ledger = createRoute({
  method: 'get',
  tags: ['inspection'],
  path: '/v1/sessions/{sessionId}/ledger',
  summary: 'The ledger rows behind a figure, oldest first',
  request: { params: sessionParams, query: ledgerQuery },
  responses: { 200: answers('One page, with the sums over all rows that the query names', ledgerView), ...problems },
});

const compactions = createRoute({
  method: 'get',
  tags: ['inspection'],
  path: '/v1/sessions/{sessionId}/compactions',
  summary: 'Compactions with their summaries, oldest first',
  request: { params: sessionParams },
  responses: { 200: answers('All of them', compactionList), ...problems },
});

const receiptRoute = createRoute({
  method: 'get',
  tags: ['inspection'],
  path: '/v1/sessions/{sessionId}/receipt',
  summary: 'The provider’s books, the ledger and the metrics, side by side',
  request: { params: sessionParams },
  responses: { 200: answers('`equal` when all that are here say the same', receipt), ...problems },
});

/** What stands behind a session's figures. */
export function inspectRoutes(deps: ServerDeps): Routes {
  const routes = newRoutes();
  const inspect = async (context: ServerContext, sessionId: string): Promise<InspectApi> => {
    const row = await sessionRow(deps, context, sessionId);
    return deps.api.existing(row.sessionId).inspect;
  };

  defineRoute(routes, runs, async (context) => {
    const { sessionId } = context.req.valid('param');
    return context.json(await (await inspect(context, sessionId)).runs(context.req.valid('query')));
  });
  defineRoute(routes, calls, async (context) => {
    const { sessionId } = context.req.valid('param');
    const list = await (await inspect(context, sessionId)).calls(context.req.valid('query'));
    return context.json({ calls: list });
  });
  defineRoute(routes, request, async (context) => {
    const { sessionId, callId } = context.req.valid('param');
    return context.json(await (await inspect(context, sessionId)).request(callId, context.req.valid('query')));
  });
  defineRoute(routes, ledger, async (context) => {
    const { sessionId } = context.req.valid('param');
    return context.json(await (await inspect(context, sessionId)).ledger(context.req.valid('query')));
  });
  defineRoute(routes, compactions, async (context) => {
    const { sessionId } = context.req.valid('param');
    return context.json({ compactions: await (await inspect(context, sessionId)).compactions() });
  });
  defineRoute(routes, receiptRoute, async (context) => {
    const { sessionId } = context.req.valid('param');
    return context.json(await (await inspect(context, sessionId)).receipt());
  });
  return routes;
}
