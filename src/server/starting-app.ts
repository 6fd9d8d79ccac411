import { answerError } from './answer-error.ts';
import { healthRoutes } from './health.ts';
import { HttpError } from './http-error.ts';
import { newRoutes, type Routes } from './server-env.ts';

const nobody = { error: () => undefined, warn: () => undefined, info: () => undefined };

/** What is served until Temporal, store and worker are there. */
export function startingApp(): Routes {
  const app = newRoutes();
  app.route(
    '/',
    healthRoutes(() => null),
  );
  app.notFound((context) => {
    const words = 'Loadline is starting; /readyz tells when it is there';
    return answerError(context, new HttpError('ServerStarting', words, { 'Retry-After': '1' }), nobody);
  });
  return app;
}
