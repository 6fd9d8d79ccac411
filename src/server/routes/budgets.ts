import { createRoute, z } from '@hono/zod-openapi';
import type { BudgetStatus, BudgetTarget } from '../../client/budget-api.ts';
import { LoadlineError } from '../../domain/errors.ts';
import { defineRoute } from '../define-route.ts';
import type { ServerDeps } from '../deps.ts';
import { budgetLimit, budgetQuery, budgetRaise, budgetSetting, budgetStatus } from '../schemas/budgets.ts';
import { answers, jsonBody, problems } from '../schemas/common.ts';
import { sees, tenantOf } from '../security/access.ts';
import { principalOf, requireAdmin } from '../security/authenticate.ts';
import type { Principal } from '../security/tokens.ts';
import { newRoutes, type Routes } from '../server-env.ts';

const list = createRoute({
  method: 'get',
  path: '/v1/budgets',
  tags: ['money'],
  summary: 'Budgets as they stand, the fullest first',
  request: { query: budgetQuery },
  responses: { 200: answers('Those of the windows of now', z.object({ budgets: z.array(budgetStatus) })), ...problems },
});

const set = createRoute({
  method: 'put',
  path: '/v1/budgets',
  tags: ['money'],
  summary: 'Set a limit for the window of now and all later ones',
  request: { body: jsonBody(budgetSetting) },
  responses: { 200: answers('The limit in force', budgetLimit), ...problems },
});

const raise = createRoute({
  method: 'post',
  path: '/v1/budgets/raise',
  tags: ['money'],
  summary: 'Add to a limit for the window of now',
  request: { body: jsonBody(budgetRaise) },
  responses: { 200: answers('The limit in force', budgetLimit), ...problems },
});

export function budgetRoutes({ api, backend }: Pick<ServerDeps, 'api' | 'backend'>): Routes {
  const routes = newRoutes();

  /** Of a tenant's budgets are its own and those of its sessions: names of users and agents belong to no tenant. */
  async function isOf(
    principal: Principal,
    { scope, key = null }: Pick<BudgetStatus, 'scope'> & { key?: string | null },
  ) {
    const own = tenantOf(principal);
    if (own === null) return true;
    if (scope === 'tenant') return key === own;
    if (scope !== 'session' || key === null) return false;
    const row = await backend.store.session(key);
    return row !== null && sees(principal, row);
  }

  async function refuseForeign(principal: Principal, target: BudgetTarget): Promise<void> {
    if (await isOf(principal, target)) return;
    throw new LoadlineError(
      'Forbidden',
      `The token of ${principal.name} is bound to tenant ${principal.tenant}: it sets the budgets of that tenant and of its sessions`,
    );
  }

  defineRoute(routes, list, async (context) => {
    const principal = principalOf(context);
    const all = await api.budgets.list(context.req.valid('query'));
    const visible = await Promise.all(all.map((status) => isOf(principal, status)));
    return context.json({ budgets: all.filter((_, index) => visible[index]) });
  });

  defineRoute(routes, set, async (context) => {
    const setting = context.req.valid('json');
    await refuseForeign(requireAdmin(context), setting);
    return context.json(await api.budgets.set(setting));
  });

  defineRoute(routes, raise, async (context) => {
    const wanted = context.req.valid('json');
    await refuseForeign(requireAdmin(context), wanted);
    const key = wanted.idempotencyKey ?? context.req.header('idempotency-key');
    return context.json(await api.budgets.raise({ ...wanted, ...(key === undefined ? {} : { idempotencyKey: key }) }));
  });

  return routes;
}
