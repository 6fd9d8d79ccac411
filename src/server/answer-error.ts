import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ServerLog } from './deps.ts';
import { failureOfProblem, type OpenAiFailure } from './openai/errors.ts';
import { isOurs, toProblem, type ProblemAnswer } from './problem.ts';
import type { ServerContext } from './server-env.ts';

/** Programs that speak OpenAI's API look for its shape of an error. */
const openAiPath = '/openai/';

/** The response to an error: a problem document, or OpenAI's shape below its routes. */
export function answerError(context: ServerContext, error: unknown, log: ServerLog): Response {
  const answer = toProblem(error);
  if (isOurs(answer)) logFault(context, answer, error, log);
  return answerProblem(context, answer);
}

export function answerProblem(context: ServerContext, { problem, headers }: ProblemAnswer): Response {
  const status = problem.status as ContentfulStatusCode;
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  if (context.req.path.startsWith(openAiPath)) return answerOpenAi(context, failureOfProblem({ problem, headers }));
  return context.body(JSON.stringify(problem), status, { 'Content-Type': 'application/problem+json' });
}

export function answerOpenAi(context: ServerContext, { status, headers, body }: OpenAiFailure): Response {
  for (const [name, value] of Object.entries(headers)) context.header(name, value);
  return context.json(body, status as ContentfulStatusCode);
}

function logFault(context: ServerContext, { problem }: ProblemAnswer, error: unknown, log: ServerLog): void {
  const { method, path } = context.req;
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.error(`${method} ${path} failed: ${problem.code}`, { requestId: context.get('requestId'), cause });
}
