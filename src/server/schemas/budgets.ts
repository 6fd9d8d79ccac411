import { z } from '@hono/zod-openapi';
import { budgetScopes, budgetUnits, budgetWindows } from '../../domain/budget.ts';
import { isoTime } from './common.ts';

const limitFields = {
  scope: z.enum(budgetScopes),
  key: z.string().nullable(),
  window: z.enum(budgetWindows),
  unit: z.enum(budgetUnits),
  timeZone: z.string(),
  limit: z.number(),
  resetsAt: isoTime.nullable(),
};

export const budgetLimit = z.object(limitFields).openapi('BudgetLimit');

export const budgetStatus = z
  .object({
    ...limitFields,
    spent: z.number(),
    reserved: z.number(),
    unreserved: z.number(),
    warnAt: z.number().nullable(),
  })
  .openapi('BudgetStatus');

const target = {
  scope: z.enum(budgetScopes),
  key: z.string().exactOptional().openapi({ description: 'Without one: for each of its own' }),
  window: z.enum(budgetWindows),
  timeZone: z.string().exactOptional(),
};

export const budgetQuery = z.object({
  scope: target.scope.exactOptional(),
  key: z.string().exactOptional(),
  window: target.window.exactOptional(),
});

export const budgetSetting = z
  .strictObject({
    ...target,
    tokens: z.number().exactOptional(),
    uncachedTokens: z.number().exactOptional(),
    cost: z.number().exactOptional().openapi({ description: 'US dollars' }),
  })
  .openapi('BudgetSetting', { description: 'Exactly one of `tokens`, `uncachedTokens` and `cost`' });

export const budgetRaise = z
  .strictObject({
    ...target,
    by: z.number(),
    unit: z.enum(budgetUnits).exactOptional(),
    idempotencyKey: z.string().exactOptional().openapi({ description: 'Or the header Idempotency-Key' }),
  })
  .openapi('BudgetRaise');
