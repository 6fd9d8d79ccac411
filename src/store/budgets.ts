import {
  applicableBudgets,
  shareOf,
  type BudgetOverride,
  type BudgetRule,
  type BudgetStanding,
} from '../domain/budget.ts';
import { limitMeant, standingsInForce, type BudgetBook } from '../domain/budget-book.ts';
import { toOverride, toStanding } from './budget-claims.ts';
import { budgetPeriod } from './budget-periods.ts';
import {
  allBudgets,
  allOverrides,
  allRules,
  budgetById,
  currentBudgets,
  deleteRaises,
  deleteRules,
  insertRaise,
  insertRule,
  putOverride,
  rowsOfBudgets,
} from './budget-queries.ts';
import type { Connection, Database } from './database.ts';
import { iso, toLedgerRow } from './records.ts';
import type { BudgetRulesTable, BudgetsTable } from './schema.ts';
import type { BudgetAudit, BudgetStore } from './store.ts';
import { reportUsage } from './usage-report.ts';

const million = 1_000_000;

/** What an override is stored as; an empty text stands for any. */
function toOverrideRecord({ scope, key, window, unit, timeZone, windowStart, limit }: BudgetOverride) {
  return { scope, key: key ?? '', window, unit, time_zone: timeZone, window_start: windowStart ?? '', limit };
}

function toRuleRecord({ scope, window, unit, timeZone, limit, warnAt }: BudgetRule): BudgetRulesTable {
  const warn_at_ppm = warnAt === null ? null : Math.round(warnAt * million);
  return { scope, window, unit, time_zone: timeZone, limit, warn_at_ppm };
}

function toRule({ scope, window, unit, time_zone, limit, warn_at_ppm }: BudgetRulesTable): BudgetRule {
  const warnAt = warn_at_ppm === null ? null : warn_at_ppm / million;
  return { scope, window, unit, timeZone: time_zone, limit, warnAt };
}

async function readBook(connection: Connection): Promise<BudgetBook> {
  const rules = (await connection.all(allRules, {})).map(toRule);
  return { rules, overrides: (await connection.all(allOverrides, {})).map(toOverride) };
}

function periodAt(at: number) {
  return (window: BudgetRule['window'], timeZone: string) => budgetPeriod(window, timeZone, at);
}

async function setOverride(connection: Connection, override: BudgetOverride): Promise<void> {
  const record = toOverrideRecord(override);
  // Raises of windows that are over are of no use any more, and one for every window replaces that of this one.
  await connection.run(deleteRaises, record);
  await connection.run(putOverride, record);
}

async function audit(connection: Connection, after: string, records: readonly BudgetsTable[]): Promise<BudgetAudit[]> {
  const last = records.at(-1)?.budget_id ?? after;
  const sums = new Map(records.map((record) => [record.budget_id, { spent: 0, reserved: 0, unreserved: 0, record }]));
  for (const claimed of await connection.all(rowsOfBudgets, { after, last })) {
    const sum = sums.get(claimed.budget_id);
    if (sum === undefined) continue;
    const row = toLedgerRow(claimed);
    const { spent, reserved } = shareOf(row, sum.record.unit);
    sum.spent += spent;
    sum.reserved += reserved;
    sum.unreserved += row.unreserved === true ? spent : 0;
  }
  return [...sums.values()].map(({ record, ...recomputed }) => ({ stored: toStanding(record), recomputed }));
}

export function budgetStore(database: Database): BudgetStore {
  return {
    publishBudgetRules: (rules) =>
      database.write(async (connection) => {
        await connection.run(deleteRules, {});
        for (const rule of rules) await connection.run(insertRule, toRuleRecord(rule));
      }),

    budgetRules: () => database.read(async (connection) => (await readBook(connection)).rules),

    budgets: (at) =>
      database.read(async (connection) => (await connection.all(currentBudgets, { at })).map(toStanding)),

    budgetsInForce: (at) =>
      database.read(async (connection) => {
        const touched = (await connection.all(currentBudgets, { at: iso(at) })).map(toStanding);
        return standingsInForce(await readBook(connection), touched, periodAt(at));
      }),

    budgetsOf: ({ rules, subject, at }) =>
      database.read(async (connection) => {
        const overrides = (await connection.all(allOverrides, {})).map(toOverride);
        const standings: BudgetStanding[] = [];
        for (const budget of applicableBudgets(rules, overrides, subject, periodAt(at))) {
          const {
            spent = 0,
            reserved = 0,
            unreserved = 0,
          } = (await connection.first(budgetById, { budgetId: budget.id })) ?? {};
          standings.push({ ...budget, spent, reserved, unreserved });
        }
        return standings;
      }),

    setBudget: (override) => database.write((connection) => setOverride(connection, override)),

    raiseBudget: ({ id, reference, by, at }) =>
      database.write(async (connection) => {
        const { period, ...budget } = limitMeant(await readBook(connection), reference, periodAt(at));
        if ((await connection.run(insertRaise, { raiseId: id })) === 0) return { ...budget, ...period };
        const raised = { ...budget, limit: budget.limit + by(budget.unit), windowStart: period.start };
        await setOverride(connection, raised);
        return { ...budget, ...period, limit: raised.limit };
      }),

    budgetOverrides: () => database.read(async (connection) => (await readBook(connection)).overrides),

    auditBudgets: ({ after, limit }) =>
      database.read(async (connection) => {
        return await audit(connection, after, await connection.all(allBudgets, { after, limit }));
      }),

    usage: (query) => database.read((connection) => reportUsage(database, connection, query)),
  };
}
