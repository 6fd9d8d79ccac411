import { isOurs, toProblem } from '../problem.ts';
import { answerOpenAi } from '../answer-error.ts';
import type { ServerDeps } from '../deps.ts';
import { newRoutes, type Routes, type ServerContext } from '../server-env.ts';
import { completeChat } from './chat/route.ts';
import * as conversations from './conversations/route.ts';
import { OpenAiError, toOpenAiFailure } from './errors.ts';
import { listModels, readModel } from './models.ts';
import { createResponse } from './responses/create.ts';
import { cancelResponse, readInputItems, readResponse } from './responses/stored.ts';

type Handler = (deps: ServerDeps, context: ServerContext, ...ids: string[]) => Response | Promise<Response>;

interface OpenAiRoute {
  readonly method: 'get' | 'post' | 'delete';
  /** Below the base URL. */
  readonly path: string;
  readonly summary: string;
  readonly handle: Handler;
}

const route = (method: OpenAiRoute['method'], path: string, summary: string, handle: Handler): OpenAiRoute => ({
  method,
  path,
  summary,
  handle,
});

const routes: readonly OpenAiRoute[] = [
  route('post', '/chat/completions', 'Chat completions, of a session or as a session of one run', completeChat),
  route('post', '/responses', 'The next response of a session', createResponse),
  route('get', '/responses/{id}', 'A response as it stands', readResponse),
  route('post', '/responses/{id}/cancel', "Cancels a response's run", cancelResponse),
  route('get', '/responses/{id}/input_items', 'What was said to a response', readInputItems),
  route(
    'post',
    '/conversations',
    'An id for a session that starts with its first response',
    conversations.createConversation,
  ),
  route('get', '/conversations/{id}', 'A session as a conversation', conversations.readConversation),
  route('post', '/conversations/{id}', 'Changes the metadata of a conversation', conversations.changeConversation),
  route('delete', '/conversations/{id}', 'Closes the session; its transcript stays', conversations.closeConversation),
  route('get', '/conversations/{id}/items', 'The transcript as items', conversations.listItems),
  route('get', '/conversations/{id}/items/{item}', 'One item of the transcript', conversations.readItem),
  route('get', '/models', 'Agents and teams, as models', listModels),
  route('get', '/models/{model}', 'One agent or team, as a model', readModel),
];

/** What OpenAI's clients take for OpenAI: give them `http://…/openai/v1` as their base URL. */
export const openAiBase = '/openai/v1';

/** The routes below `/openai/v1`, whose errors have OpenAI's shape. */
export function openAiRoutes(deps: ServerDeps): Routes {
  const app = newRoutes();
  app.onError((error, context) => {
    const answer = toProblem(error);
    // A provider's failure is its run's: the session has it, and it is no fault of the server.
    if (!(error instanceof OpenAiError) && isOurs(answer) && answer.problem.code !== 'ProviderError') {
      const { method, path } = context.req;
      deps.log.error(`${method} ${path} failed: ${answer.problem.code}`, {
        requestId: context.get('requestId'),
        cause: error.stack ?? error.message,
      });
    }
    return answerOpenAi(context, toOpenAiFailure(error));
  });
  for (const { method, path, summary, handle } of routes) {
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    app.on(method.toUpperCase(), `${openAiBase}${path.replaceAll(/\{(\w+)\}/g, ':$1')}`, (context) =>
      handle(deps, context, ...names.map((name) => context.req.param(name) ?? '')),
    );
    app.openAPIRegistry.registerPath({
      method,
      path: `${openAiBase}${path}`,
      tags: ['openai'],
      summary,
      description: "As OpenAI's own; docs/openai.md has what differs",
      responses: { 200: { description: "OpenAI's object" }, default: { description: "An error in OpenAI's shape" } },
    });
  }
  return app;
}
