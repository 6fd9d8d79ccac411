import { createRoute, z } from '@hono/zod-openapi';
import type { Session } from '../../client/api.ts';
import { LoadlineError } from '../../domain/errors.ts';
import { followAnswer, type Followed } from '../answer/follow-answer.ts';
import { afterFirstSubstance } from '../answer/first-substance.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { sessionOf } from '../openai/addressed.ts';
import { jsonBody, problems, sessionParams } from '../schemas/common.ts';
import { authorise } from '../security/access.ts';
import { newRoutes, type Routes, type ServerContext } from '../server-env.ts';
import { eventStream } from '../streams/event-stream.ts';
import { decisionsIn, partsOfMessage, uiBody, type UiMessage } from './body.ts';
import { uiChunks } from './chunks.ts';

/** https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol#data-stream-protocol */
const protocolHeader = 'x-vercel-ai-ui-message-stream';

const streamed = {
  description: "The answer as the AI SDK's UI message stream",
  content: { 'text/event-stream': { schema: z.string() } },
};

const send = createRoute({
  method: 'post',
  path: '/v1/sessions/{sessionId}/ui',
  tags: ['ui'],
  summary: "The AI SDK's UI message stream",
  description:
    'The `api` of a `DefaultChatTransport`. The last message is sent under its own id, so that asked again it is not ' +
    'answered twice. A new session is started where the body names an `agent`.',
  request: { params: sessionParams, body: jsonBody(uiBody) },
  responses: { 200: streamed, ...problems },
});

const resume = createRoute({
  method: 'get',
  path: '/v1/sessions/{sessionId}/ui',
  tags: ['ui'],
  summary: 'The stream of the run in progress, from its beginning',
  request: { params: sessionParams },
  responses: { 200: streamed, 204: { description: 'None is in progress' }, ...problems },
});

/** Where `useChat` looks when it resumes, with its own id of the chat. */
const resumeChat = createRoute({
  ...resume,
  path: '/v1/sessions/{sessionId}/ui/{chatId}/stream',
  request: { params: sessionParams.extend({ chatId: z.string() }) },
});

/** What `useChat` of `@ai-sdk/react` talks to. */
export function uiStreamRoutes(deps: ServerDeps): Routes {
  const routes = newRoutes();

  defineRoute(routes, send, async (context) => {
    const { sessionId } = context.req.valid('param');
    const { messages, agent, user } = context.req.valid('json');
    const session = await addressee(deps, context, sessionId, { agent, user });
    const last = messages.at(-1);
    if (last?.role === 'user') {
      const sent = session.send(partsOfMessage(last), { messageId: last.id });
      return await streamOf(deps, context, { sessionId, messageId: last.id, sent });
    }
    return await streamOf(deps, context, await goOn(deps, session, last));
  });

  const reconnect = async (context: ServerContext, sessionId: string): Promise<Response> => {
    authorise(context, await deps.backend.store.session(sessionId), sessionId);
    const [run] = await deps.backend.store.runs(sessionId, { limit: 1 });
    if (run === undefined || run.result !== null) return context.body(null, 204);
    if (context.req.method === 'HEAD') return context.body(null, 200);
    const { messageId } = run;
    const sent = deps.api.existing(sessionId).send('resumed', { messageId });
    return await streamOf(deps, context, { sessionId, messageId, sent });
  };
  defineRoute(routes, resume, async (context) => await reconnect(context, context.req.valid('param').sessionId));
  defineRoute(routes, resumeChat, async (context) => await reconnect(context, context.req.valid('param').sessionId));

  return routes;
}

async function addressee(
  deps: ServerDeps,
  context: ServerContext,
  id: string,
  { agent, user }: { readonly agent: string | undefined; readonly user: string | undefined },
): Promise<Session> {
  if (agent !== undefined)
    return await sessionOf(deps, context, agent, { id, ...(user === undefined ? {} : { user }) });
  authorise(context, await deps.backend.store.session(id), id);
  return deps.api.existing(id);
}

/** Hands on what a person said to the tool calls of the last message; its run goes on, and its stream with it. */
async function goOn(
  { backend }: ServerDeps,
  session: Session,
  last: UiMessage | undefined,
): Promise<Omit<Followed, 'signal'>> {
  const decisions = last?.role === 'assistant' ? decisionsIn(last) : [];
  const [run] = await backend.store.runs(session.id, { limit: 1 });
  if (decisions.length === 0 || run?.runId !== last?.id || run === undefined) {
    throw new LoadlineError(
      'InvalidMessage',
      'The last message must be one of the user, or the latest answer with a word on the tool calls that wait for it',
    );
  }
  const { waitingFor } = await session.state();
  const open = decisions.filter(({ callId }) => waitingFor.some((one) => one.callId === callId));
  for (const decision of open) await session.approve(decision);
  const said = await backend.store.messagesOfRun(session.id, run.runId);
  const asked = said.findLastIndex(({ parts }) =>
    parts.some((part) => part.type === 'tool-call' && decisions.some(({ callId }) => callId === part.callId)),
  );
  const sent = session.send('decided', { messageId: run.messageId });
  return { sessionId: session.id, messageId: run.messageId, sent, skipped: asked + 1 };
}

/** The page may resume: the run goes on. */
const stopped = { type: 'error', errorText: 'The server stops; the run goes on' };

async function streamOf(
  deps: ServerDeps,
  context: ServerContext,
  followed: Omit<Followed, 'signal'>,
): Promise<Response> {
  const ending = new AbortController();
  const answer = followAnswer(deps.backend, { ...followed, signal: ending.signal });
  const steps = await afterFirstSubstance(answer, () => null);
  context.header(protocolHeader, 'v1');
  return eventStream(
    deps,
    context,
    async function* (signal) {
      signal.addEventListener('abort', () => ending.abort(), { once: true });
      for await (const chunk of uiChunks(steps)) yield `data: ${JSON.stringify(chunk)}\n\n`;
      yield 'data: [DONE]\n\n';
    },
    { first: '', last: `data: ${JSON.stringify(stopped)}\n\n` },
  );
}
