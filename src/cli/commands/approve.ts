import type { Command } from 'commander';
import type { CommonOptions } from '../place.ts';

export interface ApproveOptions extends CommonOptions {
  readonly deny?: true;
  readonly reason?: string;
}

export function approveCommand(program: Command): Command {
  return program
    .command('approve')
    .summary('let a tool call that waits for a person go on, or deny it')
    .description(
      'Approves a tool call that a session waits for, or denies it; the model is told why. The run goes on by itself.',
    )
    .argument('<id>', 'the session, or a unique beginning of its id')
    .argument('[call]', 'the call, or a unique beginning of its id; not needed where it waits for one only')
    .option('--deny', 'it is not executed')
    .option('--reason <text>', 'kept with the run; of a denial the model reads it')
    .action(async (id: string, call: string | undefined, options: ApproveOptions) => {
      const { approveCall } = await import('../approve-call.ts');
      await approveCall(id, call, options);
    });
}
