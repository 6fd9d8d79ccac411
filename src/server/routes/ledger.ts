import { createRoute, z } from '@hono/zod-openapi';
import type { UsageLedgerQuery } from '../../client/usage-api.ts';
import { LoadlineError } from '../../domain/errors.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { answers, problems } from '../schemas/common.ts';
import { flag, ledgerView, rowsQuery } from '../schemas/inspect.ts';
import { tenantOf } from '../security/access.ts';
import { principalOf } from '../security/authenticate.ts';
import { newRoutes, type Routes } from '../server-env.ts';

const nameable = ['agent', 'user', 'tenant', 'session'] as const;

const text = z.string().exactOptional();

const route = createRoute({
  method: 'get',
  path: '/v1/ledger',
  tags: ['money'],
  summary: 'The ledger rows behind a line of the usage report',
  request: {
    query: z.object({
      day: text.openapi({ description: 'A day of the time zone, such as 2026-11-22' }),
      from: text.openapi({ description: 'A day, or an ISO 8601 time' }),
      to: text,
      timeZone: text,
      model: text.openapi({ description: '`provider/model`' }),
      type: text,
      agent: text,
      user: text,
      tenant: text,
      session: text,
      unnamed: z
        .string()
        .transform((names) => names.split(','))
        .pipe(z.array(z.enum(nameable)))
        .exactOptional()
        .openapi({
          type: 'string',
          example: 'user',
          description: `Of ${nameable.join(', ')} those that nobody named: the groups that are null in the report`,
        }),
      simulated: flag,
      unreserved: flag,
      error: text,
      ...rowsQuery,
    }),
  },
  responses: { 200: answers('One page, with the sums over all rows that the query names', ledgerView), ...problems },
});

export function ledgerRoutes({ api }: Pick<ServerDeps, 'api'>): Routes {
  const routes = newRoutes();
  defineRoute(routes, route, async (context) => {
    const { unnamed = [], ...query } = context.req.valid('query');
    const asked: UsageLedgerQuery = { ...query, ...Object.fromEntries(unnamed.map((name) => [name, null])) };
    const own = tenantOf(principalOf(context));
    if (own !== null && asked.tenant !== undefined && asked.tenant !== own) {
      throw new LoadlineError('Forbidden', `This token sees the rows of tenant ${own} alone`);
    }
    return context.json(await api.usage.ledger(own === null ? asked : { ...asked, tenant: own }));
  });
  return routes;
}
