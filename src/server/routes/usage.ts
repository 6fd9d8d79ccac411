import { createRoute, z } from '@hono/zod-openapi';
import { storeQuery } from '../../client/usage-query.ts';
import { usageCsv } from '../../domain/usage-csv.ts';
import {
  addLines,
  emptyLine,
  sumOfLines,
  usageGroupings,
  type UsageGrouping,
  type UsageLine,
  type UsageQuery,
} from '../../domain/usage-report.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { isoTime, problems } from '../schemas/common.ts';
import { tenantOf } from '../security/access.ts';
import { principalOf } from '../security/authenticate.ts';
import { newRoutes, type Routes } from '../server-env.ts';

const line = z
  .object({
    group: z.record(z.string(), z.string().nullable()),
    calls: z.int(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    totalTokens: z.int(),
    cacheReadTokens: z.int(),
    cost: z.number(),
    cacheSavings: z.number(),
    costUnknown: z.int(),
    failedTokens: z.int(),
    cancelledTokens: z.int(),
    estimatedTokens: z.int(),
    compactionTokens: z.int(),
    unreservedTokens: z.int(),
  })
  .openapi('UsageLine');

const report = z
  .object({
    by: z.array(z.enum(usageGroupings)),
    from: isoTime.optional(),
    to: isoTime.optional(),
    timeZone: z.string(),
    lines: z.array(line),
    total: line,
    simulatedTokensLeftOut: z.int(),
  })
  .openapi('UsageReport');

const groupings = z
  .string()
  .transform((text) => text.split(',').filter((one) => one !== ''))
  .pipe(z.array(z.enum(usageGroupings)))
  .exactOptional()
  .openapi({ type: 'string', example: 'day,model', description: `Any of ${usageGroupings.join(', ')}` });

const route = createRoute({
  method: 'get',
  path: '/v1/usage',
  tags: ['money'],
  summary: 'What was spent, by the time of the call',
  request: {
    query: z.object({
      by: groupings,
      from: z.string().exactOptional().openapi({ description: 'A day, or an ISO 8601 time' }),
      to: z.string().exactOptional(),
      timeZone: z.string().exactOptional(),
      simulated: z
        .enum(['true', 'false'])
        .transform((text) => text === 'true')
        .exactOptional()
        .openapi({ type: 'boolean', description: 'Also what the simulator served' }),
      format: z.enum(['json', 'csv']).exactOptional(),
    }),
  },
  responses: {
    200: {
      description: 'One line a group',
      content: { 'application/json': { schema: report }, 'text/csv': { schema: z.string() } },
    },
    ...problems,
  },
});

export function usageRoutes({ backend: { store } }: Pick<ServerDeps, 'backend'>): Routes {
  const routes = newRoutes();

  async function linesOf(query: UsageQuery, tenant: string | null): Promise<readonly UsageLine[]> {
    if (tenant === null) return await store.usage(query);
    const lines = await store.usage({ ...query, by: [...new Set<UsageGrouping>([...query.by, 'tenant'])] });
    const own = lines.filter(({ group }) => group.tenant === tenant);
    return own.map((one) => ({
      ...one,
      group: Object.fromEntries(query.by.map((name) => [name, one.group[name] ?? null])),
    }));
  }

  defineRoute(routes, route, async (context) => {
    const { format, ...asked } = context.req.valid('query');
    const tenant = tenantOf(principalOf(context));
    const query = storeQuery(asked);
    const { by, from, to, timeZone = 'UTC', simulated } = query;
    const lines = await linesOf(query, tenant);
    if (format === 'csv' || (format === undefined && context.req.header('accept') === 'text/csv')) {
      return context.body(usageCsv(by, lines), 200, {
        'Content-Type': 'text/csv; charset=utf-8',
        'Content-Disposition': 'attachment; filename="usage.csv"',
      });
    }
    const total = sumOfLines(lines);
    const all = simulated === true ? total : sumOf(await linesOf({ ...query, by: [], simulated: true }, tenant));
    return context.json({
      by,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      timeZone,
      lines,
      total,
      simulatedTokensLeftOut: all.totalTokens - total.totalTokens,
    });
  });

  return routes;
}

function sumOf(lines: readonly UsageLine[]): UsageLine {
  return lines.reduce(addLines, emptyLine({}));
}
