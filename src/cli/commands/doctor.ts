import type { Command } from 'commander';
import type { CommonOptions } from '../place.ts';

export function doctorCommand(program: Command): Command {
  return program
    .command('doctor')
    .summary('what is wrong here, and the command that mends it')
    .description(
      'Checks Node, home, config, Temporal, store, keys, models, ports and workers. Exit: 1 when something is wrong.',
    )
    .action(async (options: CommonOptions) => {
      const { runDoctor } = await import('../doctor/run-doctor.ts');
      await runDoctor(options);
    });
}
