import { defaultWarnAt, type BudgetRule, type BudgetScope, type BudgetWindow } from '../domain/budget.ts';
import { fromUsd } from '../domain/money.ts';

/**
 * A limit over a scope and a window: exactly one of `tokens`, `uncachedTokens` (cache reads left out) and `cost` (US
 * dollars). A user or tenant rule applies to sessions that name one, to each on its own.
 *
 * @example
 * const daily: BudgetSettings = { scope: 'user', window: 'day', tokens: 1_000_000, timeZone: 'Europe/Oslo' };
 */
export interface BudgetSettings {
  readonly scope: BudgetScope;
  readonly window: BudgetWindow;
  readonly tokens?: number;
  readonly uncachedTokens?: number;
  readonly cost?: number;
  /** IANA name; `UTC` when not given. */
  readonly timeZone?: string;
  /** The fraction of the limit at which the window's one warning comes; 0.8 when not given, `null`: none. */
  readonly warnAt?: number | null;
}

/** A config's budget with its defaults filled in, in integers. */
export function toRule(settings: BudgetSettings): BudgetRule {
  const { scope, window, tokens, uncachedTokens, cost, timeZone = 'UTC', warnAt = defaultWarnAt } = settings;
  const common = { scope, window, timeZone, warnAt };
  if (tokens !== undefined) return { ...common, unit: 'tokens', limit: tokens };
  if (uncachedTokens !== undefined) return { ...common, unit: 'uncachedTokens', limit: uncachedTokens };
  return { ...common, unit: 'cost', limit: fromUsd(cost ?? 0) };
}

/** What is wrong with a budget whose fields are right one by one; `null`: nothing. */
export function budgetProblem(settings: BudgetSettings): string | null {
  const given = (['tokens', 'uncachedTokens', 'cost'] as const).filter((unit) => settings[unit] !== undefined);
  if (given.length !== 1) return 'needs exactly one of tokens, uncachedTokens and cost';
  return isTimeZone(settings.timeZone ?? 'UTC')
    ? null
    : `timeZone "${settings.timeZone}" is not in the IANA list; write one like Europe/Oslo`;
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
