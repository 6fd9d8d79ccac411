import { randomUUID } from 'node:crypto';
import { secureHeaders } from 'hono/secure-headers';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { answerError } from './answer-error.ts';
import { Dashboard } from './dashboard.ts';
import { notFound } from './not-found.ts';
import type { ServerDeps } from './deps.ts';
import { healthRoutes } from './health.ts';
import { httpMetrics } from './metrics/http-metrics.ts';
import { ledgerMetrics } from './metrics/ledger-metrics.ts';
import { describeApi } from './open-api.ts';
import { aboutRoutes } from './routes/about.ts';
import { actionRoutes } from './routes/actions.ts';
import { agentRoutes } from './routes/agents.ts';
import { budgetRoutes } from './routes/budgets.ts';
import { eventRoutes } from './routes/events.ts';
import { inspectRoutes } from './routes/inspect.ts';
import { ledgerRoutes } from './routes/ledger.ts';
import { messageRoutes } from './routes/messages.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { modelRoutes } from './routes/models.ts';
import { runRoutes } from './routes/runs.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { storyRoutes } from './routes/stories.ts';
import { usageRoutes } from './routes/usage.ts';
import { authenticate, requirePrincipal } from './security/authenticate.ts';
import { jsonOnly, limitedBody, shallow, withPlaceInJson } from './security/body.ts';
import { limitRate } from './security/rate-limit.ts';
import { sameOrigin } from './security/same-origin.ts';
import { openAiRoutes } from './openai/routes.ts';
import { uiStreamRoutes } from './ui-stream/routes.ts';
import { newRoutes, type Routes } from './server-env.ts';

/** What the dashboard may load: its own files, and nothing inline. */
const contentSecurityPolicy = {
  defaultSrc: ["'self'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:', 'blob:'],
  connectSrc: ["'self'"],
  frameAncestors: ["'none'"],
  baseUri: ["'none'"],
  formAction: ["'self'"],
};

/** Everything that is served over HTTP. */
export function createApp(deps: ServerDeps): Routes {
  const { tokens, log } = deps;
  const app = newRoutes();
  app.onError(async (error, context) => answerError(context, await withPlaceInJson(context, error), log));
  const dashboard = deps.dashboard === null ? null : new Dashboard(deps.dashboard);
  app.notFound((context) => notFound(app, dashboard, context));

  app.use(async (context, next) => {
    const requestId = randomUUID();
    context.set('requestId', requestId);
    context.header('X-Request-Id', requestId);
    await next();
  });
  app.use(
    secureHeaders({
      contentSecurityPolicy,
      referrerPolicy: 'no-referrer',
      strictTransportSecurity: false,
      xFrameOptions: 'DENY',
    }),
  );
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  ledgerMetrics(registry, deps.backend.store);
  app.use(httpMetrics(registry));
  if (tokens === null) app.use(sameOrigin);
  app.on('ALL', ['/v1/*', '/openai/*', '/metrics'], limitRate(tokens));
  app.use(authenticate(tokens));
  app.on('ALL', ['/v1/*', '/openai/*', '/metrics'], async (context, next) =>
    context.req.path === '/v1/about' ? await next() : await requirePrincipal(context, next),
  );
  app.on(['POST', 'PUT', 'PATCH', 'DELETE'], ['/v1/*', '/openai/*'], jsonOnly, limitedBody, shallow);

  app.route(
    '/',
    healthRoutes(() => deps.checks),
  );
  for (const routes of [
    aboutRoutes(deps),
    sessionRoutes(deps),
    messageRoutes(deps),
    runRoutes(deps),
    inspectRoutes(deps),
    actionRoutes(deps),
    eventRoutes(deps),
    agentRoutes(deps),
    modelRoutes(deps),
    budgetRoutes(deps),
    usageRoutes(deps),
    ledgerRoutes(deps),
    storyRoutes(deps),
    metricsRoutes(registry),
    openAiRoutes(deps),
    uiStreamRoutes(deps),
  ]) {
    app.route('/', routes);
  }
  describeApi(app, deps);
  return app;
}
