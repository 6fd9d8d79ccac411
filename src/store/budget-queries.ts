import { argsOf, query } from './query.ts';
import type { BudgetOverridesTable, BudgetsTable, ClaimsTable } from './schema.ts';

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
        'warned',
      ]),
    )
    .onConflict((conflict) => conflict.column('budget_id').doNothing()),
);

export const updateBudget = query<
  Pick<BudgetsTable, 'budget_id' | 'limit' | 'warn_at_ppm' | 'spent' | 'reserved' | 'warned'>
>()((db, arg) =>
  db
    .updateTable('budgets')
    .set(argsOf(arg, ['limit', 'warn_at_ppm', 'spent', 'reserved', 'warned']))
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
