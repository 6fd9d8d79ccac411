import type { RunEvent } from '../../domain/events.ts';
import type { BudgetScope, BudgetUnit, BudgetWindow } from '../../domain/budget.ts';
import { budgetName, formatAmount, instantText } from '../../domain/budget-words.ts';

type BudgetEvent = Extract<RunEvent, { readonly type: 'budget.warned' | 'budget.waiting' | 'budget.overrun' }>;

/** What the details of a budget event hold, as the store writes them. */
interface BudgetFacts {
  readonly scope: BudgetScope;
  readonly key: string;
  readonly window: BudgetWindow;
  readonly unit: BudgetUnit;
  readonly limit: number;
  readonly spent: number;
  readonly resetsAt?: string | null;
  readonly reason?: string;
}

/**
 * What has become of a budget, in a sentence.
 *
 *     The budget of user ann, day has 412,300 tokens spent of 500,000 tokens. It resets at 2026-11-23 00:00 UTC.
 */
export function describeBudgetEvent({ type, details }: BudgetEvent): string {
  const { scope, key, window, unit, limit, spent, resetsAt = null, reason } = details as unknown as BudgetFacts;
  if (type === 'budget.waiting' && reason !== undefined) {
    const [, missing = 'AMOUNT'] = /--by (\S+)/.exec(reason) ?? [];
    return `Waiting. ${reason}, or here with /budget raise ${missing}.`;
  }
  const name = budgetName({ scope, key, window });
  const standing = `The budget of ${name} has ${formatAmount(spent, unit)} spent of ${formatAmount(limit, unit)}.`;
  if (type === 'budget.overrun') return `${standing} A call took more than was reserved for it.`;
  return resetsAt === null ? standing : `${standing} It resets at ${instantText(resetsAt)}.`;
}
