import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import { budgetScopes, budgetUnits, budgetWindows } from '../../domain/budget.ts';
import type { BudgetQuery, BudgetRaise, BudgetSetting } from '../../client/budget-api.ts';
import type { CommonOptions } from '../place.ts';

type ListOptions = CommonOptions & Pick<BudgetQuery, 'window'>;
type SetOptions = CommonOptions & Omit<BudgetSetting, 'scope' | 'key'>;
type RaiseOptions = CommonOptions & Omit<BudgetRaise, 'scope' | 'key'>;
type Scope = BudgetSetting['scope'];

function amount(text: string): number {
  const value = Number(text.replace(/^\$/, '').replaceAll(/[_,]/g, ''));
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a number, 0 or more.');
}

const scope = () => new Argument('<scope>', `${budgetScopes.join(', ')}`).choices(budgetScopes);
const window = () => new Option('--window <window>', budgetWindows.join(', ')).choices(budgetWindows);
const timeZone = () => new Option('--time-zone <name>', 'of its window, e.g. Europe/Oslo');
const whose = 'whose: a session, user, agent or tenant; without it, each of its own';

export function budgetCommand(program: Command): Command {
  const budget = program
    .command('budget')
    .summary('what budgets have left; set and raise them')
    .description('Lists budgets, sets their limits, and raises them for the present.')
    .helpCommand(false);
  budget
    .command('list', { isDefault: true })
    .summary('spent, reserved, limit and reset of each')
    .description('Lists the budgets of now, the fullest first. It needs nothing that runs.')
    .addArgument(new Argument('[scope]', budgetScopes.join(', ')).choices(budgetScopes))
    .argument('[key]', 'whose')
    .addOption(window())
    .action(async (scope: Scope | undefined, key: string | undefined, options: ListOptions) => {
      const { listBudgets } = await import('../show-budgets.ts');
      await listBudgets({ scope, key, window: options.window }, options);
    });
  budget
    .command('set')
    .summary('a limit from now on')
    .description(
      "Sets a limit for this window and all later ones, in place of the config's.\n" +
        'For example: budget set user ann --window day --tokens 2000000',
    )
    .addArgument(scope())
    .argument('[key]', whose)
    .addOption(window().makeOptionMandatory())
    .option('--tokens <number>', 'all tokens', amount)
    .option('--uncached-tokens <number>', 'tokens without those that were read from a cache', amount)
    .option('--cost <dollars>', 'US dollars', amount)
    .addOption(timeZone())
    .action(async (scope: Scope, key: string | undefined, options: SetOptions) => {
      const { setBudget } = await import('../show-budgets.ts');
      await setBudget(scope, key, options);
    });
  budget
    .command('raise')
    .summary('more, for the present window only')
    .description(
      'Adds to a limit until it resets. A call that waits for it goes on within 30 seconds.\n' +
        'For example: budget raise user ann --window day --by 50000',
    )
    .addArgument(scope())
    .argument('[key]', whose)
    .addOption(window().makeOptionMandatory())
    .addOption(new Option('--by <number>', 'tokens or dollars').argParser(amount).makeOptionMandatory())
    .addOption(new Option('--unit <unit>', 'where there are budgets of several').choices(budgetUnits))
    .addOption(timeZone())
    .action(async (scope: Scope, key: string | undefined, options: RaiseOptions) => {
      const { raiseBudget } = await import('../show-budgets.ts');
      await raiseBudget(scope, key, options);
    });
  return budget;
}
