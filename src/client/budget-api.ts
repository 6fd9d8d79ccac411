import type { BudgetScope, BudgetUnit, BudgetWindow } from '../domain/budget.ts';

/** A limit over a scope and a window, with what has been spent of it in the window of now. */
export interface BudgetStatus {
  readonly scope: BudgetScope;
  /** The session, user, agent or tenant whose budget it is; `null` for everything. */
  readonly key: string | null;
  readonly window: BudgetWindow;
  /** What it counts: amounts are tokens, or US dollars where it is `cost`. */
  readonly unit: BudgetUnit;
  /** IANA name of the zone whose calendar the window follows. */
  readonly timeZone: string;
  readonly spent: number;
  /** Held by calls in flight. */
  readonly reserved: number;
  /** The part of what is spent that nobody reserved: told after the fact, it may have passed the limit. */
  readonly unreserved: number;
  readonly limit: number;
  /** A fraction of the limit; `null`: no warning. */
  readonly warnAt: number | null;
  /** When the window ends (ISO 8601); `null`: never. */
  readonly resetsAt: string | null;
}

export interface BudgetQuery {
  readonly scope?: BudgetScope;
  readonly key?: string;
  readonly window?: BudgetWindow;
}

/** Who wants to spend how much. An amount that is not given is the least there is. */
export interface BudgetNeed {
  readonly user?: string;
  readonly tenant?: string;
  readonly agent?: string;
  /** An existing session brings its own user, tenant and agent along. */
  readonly session?: string;
  readonly tokens?: number;
  /** US dollars. */
  readonly cost?: number;
}

/** How the tightest budget stands that applies; `limit: null`: none does. */
export interface BudgetCheck {
  readonly fits: boolean;
  /** Tokens, or US dollars where the budget counts these. */
  readonly spent: number;
  readonly reserved: number;
  readonly limit: number | null;
  readonly resetsAt: string | null;
  /** Which budget it is. */
  readonly budget: BudgetStatus | null;
}

export interface BudgetTarget {
  readonly scope: BudgetScope;
  /** Whose; without one the limit is for each session, user, agent or tenant of its own. */
  readonly key?: string;
  readonly window: BudgetWindow;
  /** IANA name; that of the budget there is, else UTC. */
  readonly timeZone?: string;
}

/** A new limit: exactly one of `tokens`, `uncachedTokens` and `cost` (US dollars). */
export interface BudgetSetting extends BudgetTarget {
  readonly tokens?: number;
  readonly uncachedTokens?: number;
  readonly cost?: number;
}

export interface BudgetRaise extends BudgetTarget {
  /** Tokens, or US dollars where the budget counts these; above 0. */
  readonly by: number;
  /** Needed only where there are budgets of several units over the same. */
  readonly unit?: BudgetUnit;
  /** The same key again adds nothing. */
  readonly idempotencyKey?: string;
}

/** A limit that was set or raised. */
export type BudgetLimit = Pick<BudgetStatus, 'scope' | 'key' | 'window' | 'unit' | 'timeZone' | 'limit' | 'resetsAt'>;

/**
 * Budgets as they stand, and limits set from outside the config. A changed limit binds new reservations only; a call
 * that waits for its budget sees it within 30 seconds.
 *
 * @example
 * const { fits, resetsAt } = await client.budgets.check({ user: 'ann', tokens: 20_000 });
 * if (!fits) await client.budgets.raise({ scope: 'user', key: 'ann', window: 'day', by: 20_000 });
 */
export interface BudgetApi {
  /** Those of the windows of now: all that were spent on, and those with a limit of their own. */
  list(query?: BudgetQuery): Promise<readonly BudgetStatus[]>;
  /** Would it fit, as things stand? Nothing is reserved: what fits now may be refused later. */
  check(need: BudgetNeed): Promise<BudgetCheck>;
  /**
   * Sets a limit for the window of now and all later ones, in place of the config's and of raises.
   *
   * @throws LoadlineError `InvalidMessage` for what can't be a limit.
   */
  set(setting: BudgetSetting): Promise<BudgetLimit>;
  /**
   * Adds to the limit that is in force, for the window of now only.
   *
   * @throws LoadlineError `InvalidMessage` when there is no such budget, or when there are several.
   */
  raise(raise: BudgetRaise): Promise<BudgetLimit>;
}
