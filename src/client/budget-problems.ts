import { budgetScopes, budgetUnits, budgetWindows, keyOfAll } from '../domain/budget.ts';
import { isTimeZone } from '../config/budgets.ts';
import type { BudgetNeed, BudgetRaise, BudgetSetting, BudgetTarget } from './budget-api.ts';

/** What is wrong with what a caller gave, who may not have a compiler; `null`: nothing. */

function isIn(list: readonly string[], value: unknown): boolean {
  return typeof value === 'string' && list.includes(value);
}

export function targetProblem({ scope, key, window, timeZone }: BudgetTarget): string | null {
  if (!isIn(budgetScopes, scope)) return `scope is none of ${budgetScopes.join(', ')}`;
  if (!isIn(budgetWindows, window)) return `window is none of ${budgetWindows.join(', ')}`;
  if (key !== undefined && (typeof key !== 'string' || key === '')) return 'key is no name';
  if (key !== undefined && scope === 'all' && key !== keyOfAll) return 'the budget of everything has no key';
  if (timeZone === undefined || isTimeZone(timeZone)) return null;
  return `timeZone "${timeZone}" is not in the IANA list; write one like Europe/Oslo`;
}

export function limitProblem({ tokens, uncachedTokens, cost }: Omit<BudgetSetting, keyof BudgetTarget>): string | null {
  for (const amount of [tokens, uncachedTokens]) {
    if (amount !== undefined && !(Number.isSafeInteger(amount) && amount >= 0)) {
      return 'a limit in tokens must be a whole number, 0 or more';
    }
  }
  return cost === undefined || isDollars(cost) ? null : 'a limit in dollars must be 0 or more';
}

/** A fraction of a token can't be given; whether `by` is tokens is known where the unit is. */
export function raiseProblem({ by, unit }: Pick<BudgetRaise, 'by' | 'unit'>): string | null {
  if (unit !== undefined && !isIn(budgetUnits, unit)) return `unit is none of ${budgetUnits.join(', ')}`;
  if (!(typeof by === 'number' && by > 0)) return 'a raise must be above 0';
  if (unit === 'cost') return isDollars(by) ? null : `a raise in dollars must be ${mostDollars} at most`;
  return unit === undefined || Number.isSafeInteger(by) ? null : 'a raise in tokens must be a whole number';
}

export function needProblem({ tokens, cost }: BudgetNeed): string | null {
  if (tokens !== undefined && !(Number.isSafeInteger(tokens) && tokens >= 0)) {
    return 'tokens must be a whole number, 0 or more';
  }
  return cost === undefined || isDollars(cost) ? null : 'cost must be dollars, 0 or more';
}

/** Past this, integers of nano-dollars are not exact any more. */
const mostDollars = 9_000_000;

function isDollars(amount: unknown): boolean {
  return typeof amount === 'number' && amount >= 0 && amount <= mostDollars;
}
