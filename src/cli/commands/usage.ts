import { InvalidArgumentError, Option, type Command } from 'commander';
import { didYouMean } from '../../domain/nearest.ts';
import { usageGroupings, type UsageGrouping } from '../../domain/usage-report.ts';
import type { CommonOptions } from '../place.ts';

export interface UsageOptions extends CommonOptions {
  readonly by: readonly UsageGrouping[];
  readonly from?: string;
  readonly to?: string;
  readonly timeZone?: string;
  readonly simulated?: true;
  readonly csv?: true;
}

function groupings(text: string): readonly UsageGrouping[] {
  return text.split(',').map((word) => {
    const known = usageGroupings.find((one) => one === word.trim());
    if (known !== undefined) return known;
    const hint = didYouMean(word, usageGroupings) || `; it is one of ${usageGroupings.join(', ')}.`;
    throw new InvalidArgumentError(`There is nothing called "${word}"${hint}`);
  });
}

export function usageCommand(program: Command): Command {
  return program
    .command('usage')
    .summary('tokens and dollars spent, by day, model, user and more')
    .description(
      'Adds up what was spent, failed and cancelled attempts included, by the time of the call.\n' +
        'For example: usage --by day,model --from 2026-11-01 --csv',
    )
    .option('--by <list>', `of ${usageGroupings.join(',')}`, groupings, ['day', 'model'])
    .option('--from <day or time>', 'from its start')
    .option('--to <day or time>', 'a day: to its end; a time: before it')
    .option('--time-zone <name>', 'whose days they are, e.g. Europe/Oslo; UTC when not given')
    .option('--simulated', 'also what the built-in simulator answered')
    .addOption(new Option('--csv', 'comma-separated values, a line of titles first').conflicts('json'))
    .action(async (options: UsageOptions) => {
      const { showUsage } = await import('../show-usage.ts');
      await showUsage(options);
    });
}
