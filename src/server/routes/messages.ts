import { createRoute, z } from '@hono/zod-openapi';
import { toMessage } from '../../client/reading.ts';
import type { Message } from '../../domain/messages.ts';
import type { StoredMessage } from '../../store/store.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { answers, jsonBody, pageLimit, problems, sessionParams } from '../schemas/common.ts';
import { messagePage, runAccepted, runResult, sendBody } from '../schemas/messages.ts';
import { sessionRow } from '../security/access.ts';
import { sendMessage } from '../send-message.ts';
import { newRoutes, type Routes } from '../server-env.ts';

const usualPage = 100;

const send = createRoute({
  method: 'post',
  path: '/v1/sessions/{sessionId}/messages',
  tags: ['messages'],
  summary: 'Send a message',
  description:
    'Waits up to 60 s for the run (`Prefer: wait=N`, at most 240), then answers 202. The same `messageId` again attaches ' +
    'to the run that there is. With `stream` the answer is the run’s events as they come (text/event-stream).',
  request: { params: sessionParams, body: jsonBody(sendBody) },
  responses: {
    200: {
      description: 'The run has ended, or waits for a person or a budget',
      content: {
        'application/json': { schema: runResult },
        'text/event-stream': { schema: z.string().openapi({ description: 'With `stream`' }) },
      },
    },
    202: answers('It runs; `Location` tells where to look', runAccepted),
    ...problems,
  },
});

const list = createRoute({
  method: 'get',
  path: '/v1/sessions/{sessionId}/messages',
  tags: ['messages'],
  summary: 'The transcript, oldest first, or what a search found in it',
  request: {
    params: sessionParams,
    query: z.object({
      limit: pageLimit(500),
      after: z.coerce
        .number()
        .pipe(z.int().min(0))
        .exactOptional()
        .openapi({ type: 'integer', description: 'The `number` of the last message of the page before' }),
      before: z
        .union([z.literal('latest'), z.coerce.number().pipe(z.int().min(1))], {
          error: 'expected the number of a message, or latest',
        })
        .exactOptional()
        .openapi({ type: 'string', description: 'The page that ends before this `number`; `latest`: the last page' }),
      q: z.string().exactOptional().openapi({ description: 'Words to search for, the best match first' }),
    }),
  },
  responses: { 200: answers('One page; `cursor` is the next `after`, or the next `before`', messagePage), ...problems },
});

export function messageRoutes(deps: ServerDeps): Routes {
  const routes = newRoutes();

  defineRoute(routes, send, async (context) => {
    return await sendMessage(deps, context, context.req.valid('param').sessionId, context.req.valid('json'));
  });

  defineRoute(routes, list, async (context) => {
    const { sessionId } = await sessionRow(deps, context, context.req.valid('param').sessionId);
    const { limit = usualPage, after = 0, before, q } = context.req.valid('query');
    if (q !== undefined) {
      const messages = await deps.api.existing(sessionId).search(q, { limit });
      return context.json({ messages, cursor: null });
    }
    if (before !== undefined) return context.json(await pageBefore(deps, sessionId, before, limit));
    const stored = await deps.backend.store.messages(sessionId, { afterSeq: after, limit: limit + 1 });
    const messages = stored.slice(0, limit).map(toNumbered);
    const cursor = stored.length > limit ? String(messages.at(-1)?.number) : null;
    return context.json({ messages, cursor });
  });

  return routes;
}

function toNumbered(stored: StoredMessage): Message & { readonly number: number } {
  return { ...toMessage(stored), number: stored.seq };
}

async function pageBefore(
  { backend: { store } }: Pick<ServerDeps, 'backend'>,
  sessionId: string,
  before: number | 'latest',
  limit: number,
) {
  const beforeSeq = before === 'latest' ? Number.MAX_SAFE_INTEGER : before;
  const messages = (await store.messagesBefore(sessionId, { beforeSeq, limit })).map(toNumbered);
  const first = messages[0]?.number ?? 1;
  return { messages, cursor: first > 1 ? String(first) : null };
}
