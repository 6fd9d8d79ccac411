import { queryOptions } from '@tanstack/react-query';
import type {
  BudgetLimit,
  BudgetQuery,
  BudgetRaise,
  BudgetSetting,
  BudgetStatus,
} from '../../../src/client/budget-api.ts';
import { apiGet, apiSend } from './request.ts';

export const budgetsQuery = queryOptions({
  queryKey: ['budgets'],
  queryFn: ({ signal }) => apiGet<{ readonly budgets: readonly BudgetStatus[] }>('/v1/budgets', {}, signal),
  select: ({ budgets }) => budgets,
});

/** Those of one owner. */
export function budgetsOf(query: BudgetQuery) {
  return queryOptions({
    queryKey: ['budgets', query],
    queryFn: ({ signal }) => apiGet<{ readonly budgets: readonly BudgetStatus[] }>('/v1/budgets', { ...query }, signal),
  });
}

export function setBudget(setting: BudgetSetting): Promise<BudgetLimit> {
  return apiSend('PUT', '/v1/budgets', setting);
}

export function raiseBudget(raise: BudgetRaise): Promise<BudgetLimit> {
  return apiSend('POST', '/v1/budgets/raise', raise);
}
