import type { ServerDeps } from './deps.ts';
import type { Routes } from './server-env.ts';

/** Serves the description of all routes that were defined so far, at `/openapi.json`. */
export function describeApi(app: Routes, { about, tokens }: Pick<ServerDeps, 'about' | 'tokens'>): void {
  app.openAPIRegistry.registerComponent('securitySchemes', 'token', {
    type: 'http',
    scheme: 'bearer',
    description: 'One of LOADLINE_API_TOKENS; not needed on this machine while none are set',
  });
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
