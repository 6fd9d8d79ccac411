import { usageCsv } from '../domain/usage-csv.ts';
import { sumOfLines } from '../domain/usage-report.ts';
import type { UsageOptions } from './commands/usage.ts';
import { shellWord } from '../domain/shell-word.ts';
import { note, print, printCsv, printDocument } from './output.ts';
import { ownCommand } from './own-command.ts';
import { describeUsage } from './terminal/describe-usage.ts';
import { count } from '../domain/figures.ts';
import { screenWidth } from './terminal/screen.ts';
import { withStore } from './with-client.ts';

/** Shows what was spent, from the store alone. */
export async function showUsage(options: UsageOptions): Promise<void> {
  const { by, from, to, timeZone = 'UTC', simulated = false } = options;
  await withStore(options, async (store) => {
    const { storeQuery } = await import('../client/usage-query.ts');
    const query = storeQuery({
      by,
      timeZone,
      simulated,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    });
    const lines = await store.usage(query);
    const total = sumOfLines(lines);
    const all = simulated ? total : sumOfLines(await store.usage({ ...query, by: [], simulated: true }));
    const leftOut = all.totalTokens - total.totalTokens;
    if (options.json === true) {
      const { from: since, to: before } = query;
      return printDocument({ by, from: since, to: before, timeZone, lines, total, simulatedTokensLeftOut: leftOut });
    }
    if (options.csv === true) return printCsv(usageCsv(by, lines));
    if (lines.length > 0) print(describeUsage(by, lines, total, screenWidth()));
    else if (leftOut === 0) print('Nothing was spent.');
    if (leftOut === 0) return;
    const what = lines.length === 0 ? 'All that was spent is simulated' : 'What the simulator answered is left out';
    note(`${what} (${count(leftOut)} tokens); to see it: ${sameCommand(options)}`);
  });
}

function sameCommand({ by, from, to, timeZone }: UsageOptions): string {
  const given = [
    ['--by', by.join(',')],
    ['--from', from],
    ['--to', to],
    ['--time-zone', timeZone],
  ].flatMap(([name = '', value]) => (value === undefined ? [] : [name, shellWord(value)]));
  return [ownCommand(), 'usage', ...given, '--simulated'].join(' ');
}
