import type { BudgetStatus } from '../../client/budget-api.ts';
import type { BudgetUnit } from '../../domain/budget.ts';
import type { BudgetName } from '../../domain/budget-book.ts';
import { budgetName, formatAmount, instantText } from '../../domain/budget-words.ts';
import { fromUsd } from '../../domain/money.ts';
import { paint, paintLevel } from './colours.ts';
import { levelOf } from '../../domain/gauge-level.ts';
import { gauge } from './gauge.ts';
import { count, dollars, inWords, percent } from '../../domain/figures.ts';
import { table } from './table.ts';
import { joinParts } from './wrap.ts';

/** Shorter than in a closing line: a list has other columns to show. */
const gaugeCells = 6;

/** An amount with its unit: `498,200 tokens`, `$1.25`. */
export function amount(value: number, unit: BudgetUnit): string {
  return formatAmount(unit === 'cost' ? fromUsd(value) : value, unit);
}

/** How long until an instant, in words, and when that is: `in 13 h (2026-11-23 00:00 UTC)`. */
export function resetText(at: string, now: number): string {
  return `${inWords(at, now)} (${instantText(at)})`;
}

/** A line for each budget: how full it is, what of it is in flight, and when it resets. */
export function describeBudgets(budgets: readonly BudgetStatus[], now: number, width: number): string {
  const shown = (value: number, unit: BudgetUnit): string => (unit === 'cost' ? dollars(value) : count(value));
  return table<BudgetStatus>(
    [
      { title: 'BUDGET', value: (one) => `${budgetName(one)}${one.unit === 'uncachedTokens' ? ' (uncached)' : ''}` },
      { title: 'USED', value: bar },
      { title: 'SPENT', align: 'right', spare: 3, value: ({ spent, unit }) => shown(spent, unit) },
      { title: 'RESERVED', align: 'right', spare: 5, value: ({ reserved, unit }) => shown(reserved, unit) },
      ...(budgets.some(({ unreserved }) => unreserved > 0)
        ? [
            {
              title: 'UNRESERVED',
              align: 'right' as const,
              spare: 2,
              value: ({ unreserved, unit }: BudgetStatus) => shown(unreserved, unit),
            },
          ]
        : []),
      { title: 'LIMIT', align: 'right', value: ({ limit, unit }) => shown(limit, unit) },
      { title: 'RESETS', spare: 4, value: ({ resetsAt }) => (resetsAt === null ? 'never' : inWords(resetsAt, now)) },
      { title: 'AT', spare: 6, value: ({ resetsAt }) => (resetsAt === null ? '' : instantText(resetsAt)) },
    ],
    budgets,
    width,
    (text) => paint('dim', text),
  );
}

function bar({ spent, reserved, limit, warnAt }: BudgetStatus): string {
  const use = limit === 0 ? 1 : (spent + reserved) / limit;
  const marks = { warn: warnAt, critical: null };
  const level = levelOf(use, { ...marks, critical: 1 });
  return paintLevel(level, `${gauge(use, marks, gaugeCells)} ${percent(use)}`);
}

/** Limits that each session, user, agent or tenant has of its own. */
export function describeGeneral(limits: readonly (BudgetName & { readonly limit: number })[], width: number): string {
  const parts = limits.map(
    ({ scope, window, unit, limit, timeZone }) =>
      `${scope}, ${window} ${formatAmount(limit, unit)}${timeZone === 'UTC' || window === 'lifetime' ? '' : ` (${timeZone})`}`,
  );
  return paint('dim', joinParts([`For each ${parts[0] ?? ''}`, ...parts.slice(1)], ' · each ', width));
}
