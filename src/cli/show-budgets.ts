import type { BudgetLimit, BudgetQuery, BudgetRaise, BudgetSetting } from '../client/budget-api.ts';
import { createBudgetApi } from '../client/budgets.ts';
import { budgetName } from '../domain/budget-words.ts';
import { generalLimits } from '../domain/budget-book.ts';
import { budgetPeriod } from '../store/budget-periods.ts';
import type { Store } from '../store/store.ts';
import { print, printDocument } from './output.ts';
import type { CommonOptions } from './place.ts';
import { findSession } from './session-id.ts';
import { amount, describeBudgets, describeGeneral, resetText } from './terminal/describe-budgets.ts';
import { screenWidth } from './terminal/screen.ts';
import { withStore } from './with-client.ts';

type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Lists budgets from the store alone. */
export async function listBudgets(query: Given<BudgetQuery>, options: CommonOptions): Promise<void> {
  await withStore(options, async (store) => {
    const { scope, window, key } = query;
    const filter = {
      ...(scope === undefined ? {} : { scope }),
      ...(window === undefined ? {} : { window }),
      ...(await keyOf(store, scope, key)),
    };
    const budgets = await createBudgetApi(() => Promise.resolve(store)).list(filter);
    if (options.json === true) return printDocument({ budgets });
    if (budgets.length > 0) print(describeBudgets(budgets, Date.now(), screenWidth()));
    const book = { rules: await store.budgetRules(), overrides: await store.budgetOverrides() };
    const now = Date.now();
    const general = generalLimits(book, (window, timeZone) => budgetPeriod(window, timeZone, now));
    const fitting = general.filter(
      (one) => (scope ?? one.scope) === one.scope && (window ?? one.window) === one.window,
    );
    if (budgets.length === 0) print(fitting.length === 0 ? noBudgets : 'Nothing is spent yet of any budget.');
    if (fitting.length > 0) print('', describeGeneral(fitting, screenWidth()));
  });
}

const noBudgets = 'There is no budget. Set one in `budgets` of the config, or with `budget set`.';

export async function setBudget(
  scope: BudgetSetting['scope'],
  key: string | undefined,
  options: CommonOptions & Omit<BudgetSetting, 'scope' | 'key'>,
): Promise<void> {
  const { json: _, config: __, envFile: ___, ...setting } = options;
  await change(options, async (store) => {
    const target = { scope, ...(await keyOf(store, scope, key)) };
    return await createBudgetApi(() => Promise.resolve(store)).set({ ...setting, ...target });
  });
}

export async function raiseBudget(
  scope: BudgetRaise['scope'],
  key: string | undefined,
  options: CommonOptions & Omit<BudgetRaise, 'scope' | 'key'>,
): Promise<void> {
  const { json: _, config: __, envFile: ___, ...raise } = options;
  await change(options, async (store) => {
    const target = { scope, ...(await keyOf(store, scope, key)) };
    return await createBudgetApi(() => Promise.resolve(store)).raise({ ...raise, ...target });
  });
}

async function change(options: CommonOptions, make: (store: Store) => Promise<BudgetLimit>): Promise<void> {
  await withStore(options, async (store) => {
    const limit = await make(store);
    if (options.json === true) return printDocument(limit);
    const until = limit.resetsAt === null ? 'it never resets' : `it resets ${resetText(limit.resetsAt, Date.now())}`;
    print(`The limit of ${budgetName(limit)} is ${amount(limit.limit, limit.unit)}; ${until}.`);
  });
}

/** A session may be given by a beginning of its id. */
async function keyOf(store: Store, scope: string | undefined, key: string | undefined): Promise<{ key?: string }> {
  if (key === undefined) return {};
  return { key: scope === 'session' ? await findSession(store, key) : key };
}
