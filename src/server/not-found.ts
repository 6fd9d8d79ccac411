import { answerProblem } from './answer-error.ts';
import type { Dashboard } from './dashboard.ts';
import { HttpError } from './http-error.ts';
import { toProblem } from './problem.ts';
import type { Routes, ServerContext } from './server-env.ts';

const noDashboard = `Loadline answers here; its API is described at /openapi.json.
The dashboard has not been built in this checkout: npm run build:web
`;

/** What no route has: a file of the dashboard, the wrong method on one there is, or nothing at all. */
export function notFound(app: Routes, dashboard: Dashboard | null, context: ServerContext): Response {
  const { path, method } = context.req;
  const methods = methodsAt(app, path);
  const allow = [...new Set(methods.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])))].join(', ');
  if (methods.length === 0) {
    const page = dashboard?.answer(context) ?? null;
    if (page !== null) return page;
    if (path === '/') return context.text(noDashboard);
    const words = `Nothing is at ${path.slice(0, 200)}; /openapi.json lists what there is`;
    return answerProblem(context, toProblem(new HttpError('NotFound', words)));
  }
  if (method === 'OPTIONS') return context.body(null, 204, { Allow: allow });
  const words = `${path.slice(0, 200)} takes ${allow}, not ${method}`;
  return answerProblem(context, toProblem(new HttpError('MethodNotAllowed', words, { Allow: allow })));
}

function methodsAt(app: Routes, path: string): string[] {
  return app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' && isAt(definition.route.path, path) ? [definition.route.method.toUpperCase()] : [],
  );
}

/** Is this path one of the pattern's, such as `/v1/sessions/{sessionId}`? */
function isAt(pattern: string, path: string): boolean {
  const [wanted, given] = [pattern.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((segment, at) => (segment.startsWith('{') ? given[at] !== '' : segment === given[at]))
  );
}
