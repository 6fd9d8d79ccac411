import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ServerLog } from './deps.ts';
import { isOurs, toProblem, type Problem, type ProblemAnswer } from './problem.ts';
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
  if (context.req.path.startsWith(openAiPath)) return context.json({ error: toOpenAi(problem) }, status);
  return context.body(JSON.stringify(problem), status, { 'Content-Type': 'application/problem+json' });
}

/** https://platform.openai.com/docs/guides/error-codes */
function toOpenAi({ status, detail, code }: Problem) {
  const type = status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error';
  return { message: detail, type, param: null, code };
}

function logFault(context: ServerContext, { problem }: ProblemAnswer, error: unknown, log: ServerLog): void {
  const { method, path } = context.req;
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.error(`${method} ${path} failed: ${problem.code}`, { requestId: context.get('requestId'), cause });
}
