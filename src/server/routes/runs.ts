import { createRoute, z } from '@hono/zod-openapi';
import type { AgentRunResult } from '../../client/api.ts';
import { LoadlineError } from '../../domain/errors.ts';
import type { RunProgress } from '../../domain/run.ts';
import type { SessionRow } from '../../store/store.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { answers, problems, runParams } from '../schemas/common.ts';
import { runProgress, runResult } from '../schemas/messages.ts';
import { sessionRow } from '../security/access.ts';
import { newRoutes, type Routes } from '../server-env.ts';
import { progressOf } from '../session-details.ts';
import { within } from '../within.ts';

const one = createRoute({
  method: 'get',
  path: '/v1/sessions/{sessionId}/runs/{runId}',
  tags: ['runs'],
  summary: 'A run: its result, or how far it is',
  request: { params: runParams },
  responses: { 200: answers('Its `status` tells which', z.union([runResult, runProgress])), ...problems },
});

const patienceMs = 2_500;

export function runRoutes(deps: ServerDeps): Routes {
  const routes = newRoutes();
  defineRoute(routes, one, async (context) => {
    const { sessionId, runId } = context.req.valid('param');
    return context.json(await runOf(deps, await sessionRow(deps, context, sessionId), runId));
  });
  return routes;
}

/** @throws LoadlineError `RunNotFound`. */
async function runOf(
  { api, backend }: Pick<ServerDeps, 'api' | 'backend'>,
  { sessionId, status }: SessionRow,
  runId: string,
): Promise<AgentRunResult<unknown> | RunProgress> {
  const session = api.existing(sessionId);
  const row = await backend.store.run(sessionId, runId);
  if (row?.result != null) return await session.run(runId);
  const unknown = new LoadlineError('RunNotFound', `Session ${sessionId} has no run ${runId}`);
  if (status !== 'open' && status !== 'closing') throw unknown;
  try {
    const asked = await within(patienceMs, session.run(runId));
    if (asked !== null) return asked;
  } catch (error) {
    if (row === null && error instanceof LoadlineError && error.code === 'RunNotFound') throw unknown;
  }
  // A run may wait in its workflow, of which nobody tells while no worker runs.
  if (row === null) throw new LoadlineError('TemporalUnavailable', `No worker tells of run ${runId}; ask again`);
  return progressOf(row);
}
