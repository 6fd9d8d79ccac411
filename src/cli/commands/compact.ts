import type { Command } from 'commander';
import { noneOrMore } from '../number-argument.ts';
import type { CommonOptions } from '../place.ts';

export interface CompactOptions extends CommonOptions {
  readonly keepRuns?: number;
}

export function compactCommand(program: Command): Command {
  return program
    .command('compact')
    .summary('fold the older part of a session into a summary')
    .description(
      'Shortens the context of a session now, or once the step in progress has ended: long results of tools become\n' +
        'references, older runs go into a summary. The transcript stays whole. Exit: 1 when nothing could be compacted.',
    )
    .argument('<id>', 'the session, or a unique beginning of its id')
    .option('--keep-runs <number>', "runs that stay whole; without it the agent's summary.keepRuns", noneOrMore)
    .action(async (id: string, options: CompactOptions) => {
      const { compactSession } = await import('../compact-session.ts');
      await compactSession(id, options);
    });
}
