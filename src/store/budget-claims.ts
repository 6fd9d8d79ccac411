import {
  applicableBudgets,
  shareOf,
  shortfallOf,
  type Budget,
  type BudgetOverride,
  type BudgetRule,
  type BudgetShortfall,
  type BudgetStanding,
} from '../domain/budget.ts';
import type { EventBody } from '../domain/events.ts';
import { unnamed, type LedgerRow } from '../domain/ledger.ts';
import { budgetPeriod } from './budget-periods.ts';
import { budgetById, budgetsOfRow, insertBudget, insertClaim, overridesOf, updateBudget } from './budget-queries.ts';
import type { Connection } from './database.ts';
import type { BudgetOverridesTable, BudgetsTable } from './schema.ts';

const million = 1_000_000;

export function toOverride(record: BudgetOverridesTable): BudgetOverride {
  const { scope, key, window, unit, limit, time_zone, window_start } = record;
  return {
    scope,
    window,
    unit,
    limit,
    timeZone: time_zone,
    key: key === '' ? null : key,
    windowStart: window_start === '' ? null : window_start,
  };
}

export function toStanding(record: BudgetsTable): BudgetStanding {
  const { budget_id: id, scope, key, window, unit, limit, spent, reserved, unreserved } = record;
  const warnAt = record.warn_at_ppm === null ? null : record.warn_at_ppm / million;
  return {
    id,
    scope,
    key,
    window,
    unit,
    limit,
    warnAt,
    timeZone: record.time_zone,
    start: record.window_start,
    end: record.window_end,
    spent,
    reserved,
    unreserved,
  };
}

function toRecord(budget: Budget): BudgetsTable {
  const { id, scope, key, window, unit, limit, timeZone, warnAt, start, end } = budget;
  return {
    budget_id: id,
    scope,
    key,
    window,
    unit,
    time_zone: timeZone,
    window_start: start,
    window_end: end,
    limit,
    warn_at_ppm: warnAt === null ? null : Math.round(warnAt * million),
    spent: 0,
    reserved: 0,
    unreserved: 0,
    warned: 0,
  };
}

/** The budgets that a row's spending counts on, as they stand; a lowered or raised limit is in force here. */
async function budgetsFor(
  connection: Connection,
  row: LedgerRow,
  rules: readonly BudgetRule[],
): Promise<BudgetsTable[]> {
  const { sessionId: session, user, agent, tenant } = row;
  const keys = { session, user: user ?? '', agent, tenant: tenant ?? '' };
  const overrides = (await connection.all(overridesOf, keys)).map(toOverride);
  const period = (window: BudgetRule['window'], timeZone: string) => budgetPeriod(window, timeZone, row.startedAt);
  const budgets = applicableBudgets(rules, overrides, row, period);
  const records: BudgetsTable[] = [];
  for (const budget of budgets) {
    const fresh = toRecord(budget);
    const stored = await connection.first(budgetById, { budgetId: budget.id });
    if (stored === null) await connection.run(insertBudget, fresh);
    records.push(stored === null ? fresh : await withLimit(connection, stored, fresh));
  }
  return records;
}

/** Written only when it has changed: most reservations find the limit that the one before left. */
async function withLimit(connection: Connection, stored: BudgetsTable, fresh: BudgetsTable): Promise<BudgetsTable> {
  const { limit, warn_at_ppm } = fresh;
  if (stored.limit === limit && stored.warn_at_ppm === warn_at_ppm) return stored;
  const changed = { ...stored, limit, warn_at_ppm };
  await connection.run(updateBudget, changed);
  return changed;
}

/**
 * Lets a row that is to be reserved count on its budgets: on all of them or, when one does not cover it, on none.
 *
 * @returns the first budget that does not cover it (`null`: they are claimed), and the budgets.
 */
export async function claim(
  connection: Connection,
  row: LedgerRow,
  rules: readonly BudgetRule[],
): Promise<{ readonly shortfall: BudgetShortfall | null; readonly claimed: readonly BudgetsTable[] }> {
  const claimed = await budgetsFor(connection, row, rules);
  const shortfall = shortfallOf(claimed.map(toStanding), row.reservation);
  if (shortfall === null) await insertClaims(connection, row, claimed);
  return { shortfall, claimed };
}

/** Makes a row that was spent without a reservation count on its budgets, whether or not they cover it. */
export async function claimUnreserved(
  connection: Connection,
  row: LedgerRow,
  rules: readonly BudgetRule[],
): Promise<void> {
  await insertClaims(connection, row, await budgetsFor(connection, row, rules));
}

async function insertClaims(connection: Connection, row: LedgerRow, records: readonly BudgetsTable[]): Promise<void> {
  for (const record of records) {
    await connection.run(insertClaim, { row_id: row.id, budget_id: record.budget_id, unit: record.unit });
  }
}

/**
 * Moves what a row counts on its budgets from what it was to what it is, in the windows in which it was reserved.
 *
 * @param claimed the row's budgets as they stand, where they are known.
 * @returns warnings that are due once a window, and what went over a reservation.
 */
export async function moveShares(
  connection: Connection,
  before: LedgerRow | null,
  after: LedgerRow,
  claimed?: readonly BudgetsTable[],
): Promise<EventBody[]> {
  const events: EventBody[] = [];
  for (const record of claimed ?? (await connection.all(budgetsOfRow, { rowId: after.id }))) {
    const old = before === null ? { reserved: 0, spent: 0 } : shareOf(before, record.unit);
    const now = shareOf(after, record.unit);
    const moved = {
      ...record,
      reserved: record.reserved + now.reserved - old.reserved,
      spent: record.spent + now.spent - old.spent,
      unreserved: record.unreserved + (after.unreserved === true ? now.spent - old.spent : 0),
    };
    const standing = toStanding(moved);
    // Spending outside of any session leaves the warning to the next one that has somebody to tell.
    const warned = record.warned === 1 || (after.sessionId !== unnamed && isDue(standing));
    await connection.run(updateBudget, { ...moved, warned: warned ? 1 : 0 });
    if (warned && record.warned === 0) events.push({ type: 'budget.warned', details: factsOf(standing) });
    if (before?.state === 'reserved' && now.spent > old.reserved) {
      const details = { ...factsOf(standing), reservation: old.reserved, used: now.spent };
      events.push({ type: 'budget.overrun', details });
    }
  }
  return events;
}

function isDue({ warnAt, spent, limit }: BudgetStanding): boolean {
  return warnAt !== null && spent >= warnAt * limit;
}

function factsOf({ scope, key, window, unit, limit, spent, reserved, end }: BudgetStanding) {
  return { scope, key, window, unit, limit, spent, reserved, resetsAt: end };
}
