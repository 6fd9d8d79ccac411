import { keyOfAll } from '../domain/budget.ts';
import { argsOf, query } from './query.ts';
import type { BudgetOverridesTable, BudgetRulesTable, BudgetsTable, ClaimsTable } from './schema.ts';

export const budgetById = query<{ budgetId: string }>()((db, arg) =>
  db.selectFrom('budgets').selectAll().where('budget_id', '=', arg('budgetId')),
);

export const insertBudget = query<BudgetsTable>()((db, arg) =>
  db
    .insertInto('budgets')
    .values(
      argsOf(arg, [
        'budget_id',
        'scope',
        'key',
        'window',
        'unit',
        'time_zone',
        'window_start',
        'window_end',
        'limit',
        'warn_at_ppm',
        'spent',
        'reserved',
        'unreserved',
        'warned',
      ]),
    )
    .onConflict((conflict) => conflict.column('budget_id').doNothing()),
);

export const updateBudget = query<
  Pick<BudgetsTable, 'budget_id' | 'limit' | 'warn_at_ppm' | 'spent' | 'reserved' | 'unreserved' | 'warned'>
>()((db, arg) =>
  db
    .updateTable('budgets')
    .set(argsOf(arg, ['limit', 'warn_at_ppm', 'spent', 'reserved', 'unreserved', 'warned']))
    .where('budget_id', '=', arg('budget_id')),
);

export const insertClaim = query<ClaimsTable>()((db, arg) =>
  db
    .insertInto('claims')
    .values(argsOf(arg, ['row_id', 'budget_id', 'unit']))
    .onConflict((conflict) => conflict.columns(['row_id', 'budget_id']).doNothing()),
);

/** With how the budgets stand, in the order in which budgets are reserved. */
export const budgetsOfRow = query<{ rowId: string }>()((db, arg) =>
  db
    .selectFrom('claims')
    .innerJoin('budgets', 'budgets.budget_id', 'claims.budget_id')
    .selectAll('budgets')
    .where('claims.row_id', '=', arg('rowId'))
    .orderBy('claims.budget_id'),
);

export const allOverrides = query()((db) => db.selectFrom('budget_overrides').selectAll());

/** Of every key (empty), of everything (`*`), and of these. */
export const overridesOf = query<{ session: string; user: string; agent: string; tenant: string }>()((db, arg) =>
  db
    .selectFrom('budget_overrides')
    .selectAll()
    .where((eb) =>
      eb.or([
        eb('key', '=', ''),
        eb('key', '=', keyOfAll),
        eb.and([eb('scope', '=', 'session'), eb('key', '=', arg('session'))]),
        eb.and([eb('scope', '=', 'user'), eb('key', '=', arg('user'))]),
        eb.and([eb('scope', '=', 'agent'), eb('key', '=', arg('agent'))]),
        eb.and([eb('scope', '=', 'tenant'), eb('key', '=', arg('tenant'))]),
      ]),
    ),
);

export const putOverride = query<BudgetOverridesTable>()((db, arg) =>
  db
    .insertInto('budget_overrides')
    .values(argsOf(arg, ['scope', 'key', 'window', 'unit', 'time_zone', 'window_start', 'limit']))
    .onConflict((conflict) =>
      conflict
        .columns(['scope', 'key', 'window', 'unit', 'time_zone', 'window_start'])
        .doUpdateSet({ limit: arg('limit') }),
    ),
);

/** What a limit for every window from now on takes the place of. */
export const deleteRaises = query<Omit<BudgetOverridesTable, 'limit' | 'window_start'>>()((db, arg) =>
  db
    .deleteFrom('budget_overrides')
    .where('scope', '=', arg('scope'))
    .where('key', '=', arg('key'))
    .where('window', '=', arg('window'))
    .where('unit', '=', arg('unit'))
    .where('time_zone', '=', arg('time_zone'))
    .where('window_start', '<>', ''),
);

export const allRules = query()((db) =>
  db.selectFrom('budget_rules').selectAll().orderBy('scope').orderBy('window').orderBy('unit').orderBy('time_zone'),
);

export const deleteRules = query()((db) => db.deleteFrom('budget_rules'));

export const insertRule = query<BudgetRulesTable>()((db, arg) =>
  db
    .insertInto('budget_rules')
    .values(argsOf(arg, ['scope', 'window', 'unit', 'time_zone', 'limit', 'warn_at_ppm']))
    .onConflict((conflict) =>
      conflict
        .columns(['scope', 'window', 'unit', 'time_zone'])
        .doUpdateSet({ limit: arg('limit'), warn_at_ppm: arg('warn_at_ppm') }),
    ),
);

/** Changes no row when the raise was made before. */
export const insertRaise = query<{ raiseId: string }>()((db, arg) =>
  db
    .insertInto('budget_raises')
    .values({ raise_id: arg('raiseId') })
    .onConflict((conflict) => conflict.column('raise_id').doNothing()),
);

export const allBudgets = query<{ after: string; limit: number }>()((db, arg) =>
  db.selectFrom('budgets').selectAll().where('budget_id', '>', arg('after')).orderBy('budget_id').limit(arg('limit')),
);

/** Of a range of budgets: it reads all claims, since an index on them would cost each call more than an audit saves. */
export const rowsOfBudgets = query<{ after: string; last: string }>()((db, arg) =>
  db
    .selectFrom('claims')
    .innerJoin('ledger', 'ledger.row_id', 'claims.row_id')
    .selectAll('ledger')
    .select('claims.budget_id')
    .where('claims.budget_id', '>', arg('after'))
    .where('claims.budget_id', '<=', arg('last')),
);

/** Those whose window has not ended at an instant (ISO 8601). */
export const currentBudgets = query<{ at: string }>()((db, arg) =>
  db
    .selectFrom('budgets')
    .selectAll()
    .where((eb) => eb.or([eb('window_end', 'is', null), eb('window_end', '>', arg('at'))]))
    .orderBy('scope')
    .orderBy('key')
    .orderBy('window'),
);
