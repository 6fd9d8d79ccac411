import { randomUUID } from 'node:crypto';
import { budgetProblem, toRule } from '../config/budgets.ts';
import {
  keyOfAll,
  type BudgetPeriod,
  type BudgetStanding,
  type BudgetSubject,
  type BudgetUnit,
} from '../domain/budget.ts';
import { tightest, zoneMeant, type BudgetName } from '../domain/budget-book.ts';
import { LoadlineError } from '../domain/errors.ts';
import { unnamed } from '../domain/ledger.ts';
import { fromUsd, toUsd } from '../domain/money.ts';
import { budgetPeriod } from '../store/budget-periods.ts';
import type { Store } from '../store/store.ts';
import type { BudgetApi, BudgetLimit, BudgetNeed, BudgetStatus, BudgetTarget } from './budget-api.ts';
import { limitProblem, needProblem, raiseProblem, targetProblem } from './budget-problems.ts';

type BudgetBackend = Pick<
  Store,
  'budgetsInForce' | 'budgetsOf' | 'budgetRules' | 'budgetOverrides' | 'setBudget' | 'raiseBudget' | 'session'
>;

/** Budgets over a store; nothing else has to run. */
export function createBudgetApi(store: () => Promise<BudgetBackend>): BudgetApi {
  return {
    async list({ scope, key, window } = {}) {
      const standings = (await (await store()).budgetsInForce(Date.now())).map(toStatus);
      const matching = standings.filter(
        (status) =>
          (scope ?? status.scope) === status.scope &&
          (key ?? status.key) === status.key &&
          (window ?? status.window) === status.window,
      );
      return matching.toSorted((a, b) => useOf(b) - useOf(a));
    },

    async check(need) {
      refuse(needProblem(need));
      const { tokens = 1, cost } = need;
      const nanoUsd = cost === undefined ? 1 : fromUsd(cost);
      const backend = await store();
      const subject = await subjectOf(backend, need);
      const rules = await backend.budgetRules();
      const standings = await backend.budgetsOf({ rules, subject, at: Date.now() });
      const found = tightest(standings, (unit) => (unit === 'cost' ? nanoUsd : tokens));
      if (found === null) return { fits: true, spent: 0, reserved: 0, limit: null, resetsAt: null, budget: null };
      const budget = toStatus(found);
      const { spent, reserved, limit, resetsAt } = budget;
      return { fits: found.fits, spent, reserved, limit, resetsAt, budget };
    },

    async set(setting) {
      refuse(targetProblem(setting) ?? budgetProblem(setting) ?? limitProblem(setting));
      const backend = await store();
      const { unit, limit } = toRule(setting);
      const named = { ...nameOf(setting), unit };
      const book = { rules: await backend.budgetRules(), overrides: await backend.budgetOverrides() };
      const timeZone = setting.timeZone ?? zoneMeant(book, named);
      const set = { ...named, timeZone, limit };
      await backend.setBudget({ ...set, windowStart: null });
      return toLimit({ ...set, ...budgetPeriod(set.window, timeZone, Date.now()) });
    },

    async raise(raise) {
      refuse(targetProblem(raise) ?? raiseProblem(raise));
      const { by, unit, timeZone, idempotencyKey: id = randomUUID() } = raise;
      const named = {
        ...nameOf(raise),
        ...(unit === undefined ? {} : { unit }),
        ...(timeZone === undefined ? {} : { timeZone }),
      };
      const amountIn = (counted: BudgetUnit): number => {
        refuse(raiseProblem({ by, unit: counted }));
        return counted === 'cost' ? fromUsd(by) : by;
      };
      return toLimit(await (await store()).raiseBudget({ id, reference: named, by: amountIn, at: Date.now() }));
    },
  };
}

function refuse(problem: string | null): void {
  if (problem !== null) throw new LoadlineError('InvalidMessage', problem);
}

function useOf({ spent, reserved, limit }: BudgetStatus): number {
  return (spent + reserved) / Math.max(1e-9, limit);
}

function nameOf({ scope, key, window }: BudgetTarget): Pick<BudgetName, 'scope' | 'key' | 'window'> {
  return { scope, key: scope === 'all' ? null : (key ?? null), window };
}

/** What a session does not say for itself is its own. */
async function subjectOf(store: Pick<Store, 'session'>, need: BudgetNeed): Promise<BudgetSubject> {
  const row = need.session === undefined ? null : await store.session(need.session);
  return {
    sessionId: need.session ?? unnamed,
    user: need.user ?? row?.user ?? null,
    tenant: need.tenant ?? row?.tenant ?? null,
    agent: need.agent ?? row?.agent ?? unnamed,
  };
}

function shown(amount: number, unit: BudgetUnit): number {
  return unit === 'cost' ? toUsd(amount) : amount;
}

function toStatus(standing: BudgetStanding): BudgetStatus {
  const { scope, key, window, unit, timeZone, spent, reserved, unreserved, limit, warnAt, end } = standing;
  return {
    scope,
    key: key === keyOfAll ? null : key,
    window,
    unit,
    timeZone,
    spent: shown(spent, unit),
    reserved: shown(reserved, unit),
    unreserved: shown(unreserved, unit),
    limit: shown(limit, unit),
    warnAt,
    resetsAt: end,
  };
}

function toLimit({ scope, key, window, unit, timeZone, limit, end }: BudgetName & BudgetPeriod & LimitOf): BudgetLimit {
  return { scope, key, window, unit, timeZone, limit: shown(limit, unit), resetsAt: end };
}

interface LimitOf {
  readonly limit: number;
}
