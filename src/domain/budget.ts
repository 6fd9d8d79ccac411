import { unnamed, type LedgerRow, type Reservation } from './ledger.ts';
import type { NanoUsd } from './money.ts';
import { deriveUsage, type UsageClasses } from './usage.ts';

export const budgetScopes = ['session', 'user', 'agent', 'tenant', 'all'] as const;
export type BudgetScope = (typeof budgetScopes)[number];

export const budgetWindows = ['hour', 'day', 'week', 'month', 'lifetime'] as const;
export type BudgetWindow = (typeof budgetWindows)[number];

/**
 * What a budget counts. `uncachedTokens` leaves cache reads out: a limit on all tokens would punish long sessions for
 * context that is read again and again at a tenth of the price. `cost` is in nano-dollars inside.
 */
export const budgetUnits = ['tokens', 'uncachedTokens', 'cost'] as const;
export type BudgetUnit = (typeof budgetUnits)[number];

/** A limit over a scope and a window, for each session, user, agent or tenant of its own, or for everything. */
export interface BudgetRule {
  readonly scope: BudgetScope;
  readonly window: BudgetWindow;
  readonly unit: BudgetUnit;
  /** Tokens, or nano-dollars. */
  readonly limit: number;
  /** IANA name of the zone whose calendar the window follows. */
  readonly timeZone: string;
  /** A fraction of the limit; `null`: no warning. */
  readonly warnAt: number | null;
}

/** Rules that count the same over the same are one rule, whose limit the later one sets. */
export function ruleId({ scope, window, unit, timeZone }: Omit<BudgetRule, 'limit' | 'warnAt'>): string {
  return `${scope}/${window}/${unit}/${timeZone}`;
}

/** A limit set from outside the config: for one key, or for every key of the rule (`key: null`). */
export interface BudgetOverride extends Omit<BudgetRule, 'warnAt'> {
  readonly key: string | null;
  /** The window that it is for (ISO 8601 of its start); `null`: every window from now on. */
  readonly windowStart: string | null;
}

/** Whose spending it is; a session or an agent may be `unnamed`. */
export interface BudgetSubject {
  readonly sessionId: string;
  readonly user: string | null;
  readonly agent: string;
  readonly tenant: string | null;
}

/** The key of everything; no session, user, agent or tenant can be named so. */
export const keyOfAll = '*';

/** Whose budget of this scope it is; `null`: a rule does not apply to spending that names nobody in its scope. */
export function budgetKey(scope: BudgetScope, subject: BudgetSubject): string | null {
  switch (scope) {
    case 'session':
      return subject.sessionId === unnamed ? null : subject.sessionId;
    case 'user':
      return subject.user;
    case 'agent':
      return subject.agent === unnamed ? null : subject.agent;
    case 'tenant':
      return subject.tenant;
    case 'all':
      return keyOfAll;
  }
}

/** A window of time: half open, ISO 8601 in UTC. `null` at both ends: for life. */
export interface BudgetPeriod {
  readonly start: string | null;
  readonly end: string | null;
}

/** A rule for one key in one window. */
export interface Budget extends BudgetRule, BudgetPeriod {
  /** The same for all who share it: rule, key and window. */
  readonly id: string;
  readonly key: string;
}

/**
 * The budgets that a spending at one instant counts on, in the order in which they are reserved.
 *
 * @param overrides set from outside the config; they may also make rules that the config does not have.
 * @param periodOf the window of a zone's calendar that holds the instant.
 */
export function applicableBudgets(
  rules: readonly BudgetRule[],
  overrides: readonly BudgetOverride[],
  subject: BudgetSubject,
  periodOf: (window: BudgetWindow, timeZone: string) => BudgetPeriod,
): Budget[] {
  const byId = new Map<string, BudgetRule>();
  for (const override of overrides) byId.set(ruleId(override), { ...override, limit: Infinity, warnAt: defaultWarnAt });
  for (const rule of rules) byId.set(ruleId(rule), rule);
  const budgets: Budget[] = [];
  for (const [rule, { scope, window, unit, limit, timeZone, warnAt }] of byId) {
    const key = budgetKey(scope, subject);
    if (key === null) continue;
    const period = periodOf(window, timeZone);
    const inForce = limitInForce(overrides, rule, key, period.start) ?? limit;
    if (inForce === Infinity) continue;
    const id = `${rule}|${key}|${period.start ?? ''}`;
    budgets.push({ id, key, scope, window, unit, limit: inForce, timeZone, warnAt, ...period });
  }
  return budgets.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

export const defaultWarnAt = 0.8;

/**
 * The limit that was set from outside the config; `null`: none. The most particular override wins: of the key before of
 * all keys, of the window before of every window.
 *
 * @param key `null`: of all keys alone.
 */
export function limitInForce(
  overrides: readonly BudgetOverride[],
  rule: string,
  key: string | null,
  windowStart: string | null,
): number | null {
  const candidates = overrides.filter(
    (one) =>
      ruleId(one) === rule &&
      (one.key === null || one.key === key) &&
      (one.windowStart === null || one.windowStart === windowStart),
  );
  const rank = (one: BudgetOverride): number => (one.key === null ? 0 : 2) + (one.windowStart === null ? 0 : 1);
  return candidates.toSorted((a, b) => rank(b) - rank(a))[0]?.limit ?? null;
}

/** The most that a call can add to a budget; `null`: in dollars, and a price is missing. */
export function reservedAmount(
  { inputTokens, outputTokens, costNanoUsd }: Reservation,
  unit: BudgetUnit,
): number | null {
  return unit === 'cost' ? costNanoUsd : inputTokens + outputTokens;
}

function usedAmount(usage: UsageClasses, costNanoUsd: NanoUsd | null, unit: BudgetUnit): number {
  if (unit === 'cost') return costNanoUsd ?? 0;
  const { totalTokens, cacheReadTokens } = deriveUsage(usage);
  return (totalTokens ?? 0) - (unit === 'uncachedTokens' ? (cacheReadTokens ?? 0) : 0);
}

/** What a row counts on a budget: held while it is in flight, spent once it can no longer be given back. */
export interface BudgetShare {
  readonly reserved: number;
  readonly spent: number;
}

/** The share of a row in a budget of this unit. */
export function shareOf(row: LedgerRow, unit: BudgetUnit): BudgetShare {
  if (row.state === 'reserved') return { reserved: reservedAmount(row.reservation, unit) ?? 0, spent: 0 };
  if (row.usage === null) return { reserved: 0, spent: 0 };
  return { reserved: 0, spent: usedAmount(row.usage, row.costNanoUsd, unit) };
}

/** How a budget stands. */
export interface BudgetStanding extends Budget {
  readonly spent: number;
  readonly reserved: number;
  /** The part of what is spent that nobody reserved: it may have passed the limit. */
  readonly unreserved: number;
}

/** Why a call was not reserved: the facts that the error `BudgetExceeded` carries, in the budget's own unit. */
export interface BudgetShortfall extends BudgetStanding {
  /** `null`: in dollars, and the model has no price. */
  readonly needed: number | null;
}

/** Would it fit if nothing were in flight? Then it is worth waiting for what is. */
export function waitsOnlyForOthers({ spent, limit, needed }: BudgetShortfall): boolean {
  return needed !== null && spent + needed <= limit;
}

/** Can it never fit, not even in an empty window? */
export function neverFits({ limit, needed }: BudgetShortfall): boolean {
  return needed === null || needed > limit;
}

/** The first budget that a reservation does not fit; `null`: it fits them all. */
export function shortfallOf(standings: readonly BudgetStanding[], reservation: Reservation): BudgetShortfall | null {
  for (const standing of standings) {
    const needed = reservedAmount(reservation, standing.unit);
    if (needed === null || standing.spent + standing.reserved + needed > standing.limit) return { ...standing, needed };
  }
  return null;
}
