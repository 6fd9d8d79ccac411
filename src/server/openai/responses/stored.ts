import type { AgentRunResult } from '../../../client/api.ts';
import { toMessage } from '../../../client/reading.ts';
import type { ServerDeps } from '../../deps.ts';
import type { ServerContext } from '../../server-env.ts';
import { conversationItems } from '../conversations/items.ts';
import { OpenAiError } from '../errors.ts';
import { listOf } from '../list.ts';
import { outputItems } from './items.ts';
import type { ResponseRecord } from './record.ts';
import { readStored } from './read-stored.ts';
import { endedResponse, openResponse } from './response.ts';

/** `GET /responses/{id}`: as it stands. */
export async function readResponse(deps: ServerDeps, context: ServerContext, id: string): Promise<Response> {
  if (context.req.query('stream') === 'true') {
    throw new OpenAiError(400, "A response can't be streamed again; its session's events can", { param: 'stream' });
  }
  return context.json(await presentState(deps, context, id));
}

async function presentState(deps: ServerDeps, context: ServerContext, id: string) {
  const { record, run } = await readStored(deps, context, id);
  if (run === null) return openResponse(record, 'queued');
  const messages = (await deps.backend.store.messagesOfRun(run.sessionId, run.runId)).map(toMessage);
  if (run.result !== null) return endedResponse(record, { ...run.result, messages });
  const waiting = await waitingResult(deps, record);
  if (waiting !== null) return endedResponse(record, waiting);
  return openResponse(record, 'in_progress', outputItems(messages, record.skipped));
}

/** Of a run that waits for somebody's word. */
async function waitingResult(
  { api }: ServerDeps,
  { sessionId, messageId }: ResponseRecord,
): Promise<AgentRunResult<unknown> | null> {
  const session = api.existing(sessionId);
  const { currentRun } = await session.state();
  const asks = currentRun?.waitingFor?.some(({ kind }) => kind === 'approval') === true;
  return asks && currentRun.messageId === messageId ? await session.send('as it stands', { messageId }) : null;
}

/** `POST /responses/{id}/cancel`: ends its run, and answers how it ended. */
export async function cancelResponse(deps: ServerDeps, context: ServerContext, id: string): Promise<Response> {
  const { record, run } = await readStored(deps, context, id);
  if (run === null) {
    throw new OpenAiError(400, `Response ${id} has not been taken up yet`, { code: 'response_not_ready' });
  }
  if (run.result !== null) return context.json(await presentState(deps, context, id));
  const session = deps.api.existing(record.sessionId);
  await session.cancel({ runId: run.runId, reason: 'cancelled over the Responses API' });
  const result = await session.send('cancelled', { messageId: record.messageId });
  return context.json(endedResponse(record, result));
}

/** `GET /responses/{id}/input_items`: what was said to it, newest first. */
export async function readInputItems(deps: ServerDeps, context: ServerContext, id: string): Promise<Response> {
  const { run } = await readStored(deps, context, id);
  const said = run === null ? [] : await deps.backend.store.messagesOfRun(run.sessionId, run.runId);
  const given = said.filter(
    ({ id: own, role }) => own.includes('.earlier.') || (role === 'user' && own.endsWith('.user')),
  );
  return context.json(listOf(context, conversationItems(given.map(toMessage)), 'desc'));
}
