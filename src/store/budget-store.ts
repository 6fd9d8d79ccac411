import type { BudgetName, BudgetReference } from '../domain/budget-book.ts';
import type {
  BudgetOverride,
  BudgetPeriod,
  BudgetRule,
  BudgetStanding,
  BudgetSubject,
  BudgetUnit,
} from '../domain/budget.ts';
import type { UsageLine, UsageQuery } from '../domain/usage-report.ts';

/** What a budget counts, as it is kept and as its rows give it, from one moment. They differ only if a law is broken. */
export interface BudgetAudit {
  readonly stored: BudgetStanding;
  readonly recomputed: Pick<BudgetStanding, 'spent' | 'reserved' | 'unreserved'>;
}

export interface BudgetStore {
  /** Makes a config's budgets known to clients that have no config, in place of those that were known before. */
  publishBudgetRules(rules: readonly BudgetRule[]): Promise<void>;
  /** The budgets that a worker published last. */
  budgetRules(): Promise<readonly BudgetRule[]>;
  /** Those that a reservation has touched and whose window has not ended at an instant (ISO 8601). */
  budgets(at: string): Promise<readonly BudgetStanding[]>;
  /**
   * All current ones under the published rules and the limits that were set, whether or not anybody spent on them yet.
   *
   * @param at milliseconds since the epoch.
   */
  budgetsInForce(at: number): Promise<readonly BudgetStanding[]>;
  /** All that a subject's spending counts on at an instant (milliseconds since the epoch), touched or not. */
  budgetsOf(query: {
    readonly rules: readonly BudgetRule[];
    readonly subject: BudgetSubject;
    readonly at: number;
  }): Promise<readonly BudgetStanding[]>;
  /** Sets a limit from outside the config, in place of raises of the same budget; it binds new reservations only. */
  setBudget(override: BudgetOverride): Promise<void>;
  /**
   * Adds to the limit that is in force at an instant, for the window that holds it, and answers the limit then in force.
   *
   * @throws LoadlineError `InvalidMessage` when there is no such budget, or several.
   */
  raiseBudget(raise: {
    /** The same id again adds nothing. */
    readonly id: string;
    readonly reference: BudgetReference;
    /** Tokens or nano-dollars, for the unit that the budget turns out to have. */
    readonly by: (unit: BudgetUnit) => number;
    readonly at: number;
  }): Promise<BudgetName & BudgetPeriod & { readonly limit: number }>;
  budgetOverrides(): Promise<readonly BudgetOverride[]>;
  /** In order of their ids, those after one (`''`: from the first). */
  auditBudgets(page: { readonly after: string; readonly limit: number }): Promise<readonly BudgetAudit[]>;
  /** What was spent, by the day of the call and other groupings. */
  usage(query: UsageQuery): Promise<readonly UsageLine[]>;
}
