import type { Command } from 'commander';
import { positive } from '../number-argument.ts';
import type { CommonOptions } from '../place.ts';

export interface RequestOptions extends CommonOptions {
  readonly attempt?: number;
  readonly whole?: true;
}

export function requestCommand(program: Command): Command {
  return program
    .command('request')
    .summary('what the model saw: a request, item by item')
    .description(
      'Shows a request as it was sent: each item with its tokens, what was left out and why, and what is new (+) or gone\n' +
        '(-) since the call before. It needs nothing that runs.',
    )
    .argument('<id>', 'the session, or a unique beginning of its id')
    .argument('[call]', 'the id of a call, or its end such as 3.1: the first call of run 3; the latest when not given')
    .option('--attempt <number>', 'this try of the call; the latest when not given', positive)
    .option('--whole', 'all that the items say, in place of their beginnings')
    .action(async (id: string, call: string | undefined, options: RequestOptions) => {
      const { showRequest } = await import('../show-request.ts');
      await showRequest(id, call, options);
    });
}
