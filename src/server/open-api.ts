import { createRoute, z } from '@hono/zod-openapi';
import type { ServerDeps } from './deps.ts';
import { answers } from './schemas/common.ts';
import type { Routes } from './server-env.ts';

const tags = ['server'];
const ready = z.object({ status: z.string(), checks: z.record(z.string(), z.string()).optional() });

/** They are served before there is an app. */
const health = [
  createRoute({
    method: 'get',
    path: '/healthz',
    tags,
    summary: 'Whether this process answers',
    responses: { 200: answers('It does', z.object({ status: z.string() })) },
  }),
  createRoute({
    method: 'get',
    path: '/readyz',
    tags,
    summary: 'Whether all that it needs answers',
    responses: { 200: answers('It does', ready), 503: answers('What does not, and why', ready) },
  }),
];

/** Serves the description of all routes that were defined so far, at `/openapi.json`. */
export function describeApi(app: Routes, { about, tokens }: Pick<ServerDeps, 'about' | 'tokens'>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'One of LOADLINE_API_TOKENS; not needed on this machine while none are set',
  });
  for (const route of health) app.openAPIRegistry.registerPath(route);
  app.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'Loadline',
      version: about.version,
      description: 'Durable agent sessions on Temporal, with every token counted.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    security: tokens === null ? [{}, { token: [] }] : [{ token: [] }],
  });
}
