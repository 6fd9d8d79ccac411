import type { Command } from 'commander';
import { print, printDocument } from '../output.ts';
import type { CommonOptions } from '../place.ts';
import { withClient } from '../with-client.ts';

export function stateCommand(program: Command): Command {
  return program
    .command('state')
    .summary('what a session does and waits for')
    .description(
      'Shows what a session does, what it waits for, how full its context is and what its latest request was made of.',
    )
    .argument('<id>', 'the session, or a unique beginning of its id')
    .action(async (id: string, options: CommonOptions) => {
      await withClient(options, async (client) => {
        const state = await (await client.session(id)).state();
        if (options.json === true) return printDocument(state);
        const { describeState } = await import('../terminal/describe-state.ts');
        print(describeState(state));
      });
    });
}
