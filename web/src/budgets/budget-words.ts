import type { BudgetSetting, BudgetStatus, BudgetTarget } from '../../../src/client/budget-api.ts';
import type { BudgetUnit } from '../../../src/domain/budget.ts';
import { count, dollars, percent } from '../../../src/domain/figures.ts';
import { projectBurn, type Projection } from '../charts/projection.ts';
import { windowStart } from '../charts/window-start.ts';
import type { Doable } from '../ui/copy-as.tsx';

/** The parts that tell a budget from every other. */
export type BudgetId = Pick<BudgetStatus, 'scope' | 'key' | 'window' | 'unit' | 'timeZone'>;

export function idOf({ scope, key, window, unit, timeZone }: BudgetId): string {
  return [scope, key ?? '', window, unit, timeZone].join('|');
}

/** An amount of a budget, without its unit where a column says it. */
export function shownAmount(amount: number, unit: BudgetUnit): string {
  return unit === 'cost' ? dollars(amount) : count(amount);
}

export const unitWords: Readonly<Record<BudgetUnit, string>> = {
  tokens: 'tokens',
  uncachedTokens: 'uncached tokens',
  cost: 'US dollars',
};

/** How full a budget is, as parts of its limit. One of nothing is full. */
export function useOf({ spent, reserved, limit }: Pick<BudgetStatus, 'spent' | 'reserved' | 'limit'>) {
  return limit === 0 ? { use: 1, held: 0 } : { use: spent / limit, held: reserved / limit };
}

/** Where the window ends up; `null` where nothing can be said. */
export function projectionOf(budget: BudgetStatus, now: number): Projection | null {
  const start = windowStart(budget.window, budget.resetsAt, budget.timeZone);
  if (start === null || budget.resetsAt === null) return null;
  const { spent, limit, resetsAt } = budget;
  return projectBurn({ spent, limit, windowStart: start, windowEnd: Date.parse(resetsAt), now });
}

/** A projection in words, which says that it is one. */
export function projectionWords(
  { atEnd, limitAt }: Projection,
  { limit, unit, timeZone }: Pick<BudgetStatus, 'limit' | 'unit' | 'timeZone'>,
): string {
  const end = `${limit === 0 ? '' : `${percent(atEnd / limit)}, `}${shownAmount(Number(atEnd.toPrecision(3)), unit)}`;
  if (limitAt === null) return `Projection: ends at ${end}`;
  const at = new Intl.DateTimeFormat('en-GB', { weekday: 'short', hour: '2-digit', minute: '2-digit', timeZone });
  return `Projection: limit met ${at.format(limitAt)}, ends at ${end}`;
}

export const projectionNote =
  'A straight line from the start of the window to its end: what it has spent so far, kept up.';

/** A window's zone where it matters. */
export function zoneWords({ window, timeZone }: Pick<BudgetStatus, 'window' | 'timeZone'>): string {
  return timeZone === 'UTC' || window === 'lifetime' ? '' : timeZone;
}

function targetOf({ scope, key, window, timeZone }: BudgetId): BudgetTarget {
  return { scope, ...(key === null ? {} : { key }), window, timeZone };
}

function targetWords({ scope, key, window, timeZone }: BudgetId): readonly string[] {
  return [
    scope,
    ...(key === null ? [] : [key]),
    '--window',
    window,
    ...(timeZone === 'UTC' ? [] : ['--time-zone', timeZone]),
  ];
}

/** The same raise from anywhere. */
export function raiseDoable(budget: BudgetId, by: number): Doable {
  const body = { ...targetOf(budget), by, unit: budget.unit };
  return {
    method: 'POST',
    path: '/v1/budgets/raise',
    body,
    cli: ['budget', 'raise', ...targetWords(budget), '--by', String(by), '--unit', budget.unit],
    typescript: `await client.budgets.raise(${literal(body)});`,
  };
}

/** The same limit from anywhere. */
export function limitDoable(budget: BudgetId, limit: number): Doable {
  const body = settingOf(budget, limit);
  const option = { tokens: '--tokens', uncachedTokens: '--uncached-tokens', cost: '--cost' }[budget.unit];
  return {
    method: 'PUT',
    path: '/v1/budgets',
    body,
    cli: ['budget', 'set', ...targetWords(budget), option, String(limit)],
    typescript: `await client.budgets.set(${literal(body)});`,
  };
}

export function settingOf(budget: BudgetId, limit: number): BudgetSetting {
  return { ...targetOf(budget), [budget.unit]: limit };
}

/** An object as a person would write it. */
function literal(value: object): string {
  const fields = Object.entries(value).map(([name, field]) => {
    const text =
      typeof field === 'string' ? `'${field.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'` : String(field);
    return `${name}: ${text}`;
  });
  return `{ ${fields.join(', ')} }`;
}

/** What somebody typed as an amount; `null`: it is none. */
export function readAmount(text: string): number | null {
  const value = Number(
    text
      .trim()
      .replace(/^\$/, '')
      .replaceAll(/[_,\s]/g, ''),
  );
  return text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : null;
}
