import { Option, type Command } from 'commander';
import { positive } from '../number-argument.ts';
import type { CommonOptions } from '../place.ts';

export interface LedgerOptions extends CommonOptions {
  readonly run?: string;
  readonly call?: string;
  readonly type?: string;
  readonly model?: string;
  readonly member?: string;
  readonly state?: 'reserved' | 'settled' | 'estimated' | 'lost' | 'released';
  readonly limit: number;
  readonly after?: string;
}

export function ledgerCommand(program: Command): Command {
  return program
    .command('ledger')
    .summary('the rows that a session’s figures are sums of')
    .description('Lists a row for each attempt of a call, oldest first, and their sum. It needs nothing that runs.')
    .argument('<id>', 'the session, or a unique beginning of its id')
    .option('--run <id>', 'of this run and of its members, or its number')
    .option('--call <id>', 'of this call')
    .option('--type <type>', 'of this model type, such as summaryModel')
    .option('--model <model>', 'of this provider/model')
    .option('--member <path>', 'of this member of a team and those below it, such as lab/writer')
    .addOption(
      new Option('--state <state>', 'in this state').choices(['reserved', 'settled', 'estimated', 'lost', 'released']),
    )
    .option('--limit <number>', 'at most so many', positive, 200)
    .option('--after <cursor>', 'the page after the one that gave this cursor')
    .action(async (id: string, options: LedgerOptions) => {
      const { showLedger } = await import('../show-ledger.ts');
      await showLedger(id, options);
    });
}
