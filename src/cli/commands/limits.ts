import type { Command } from 'commander';
import type { CommonOptions } from '../place.ts';

export function limitsCommand(program: Command): Command {
  return program
    .command('limits')
    .summary('show or set the limits of a session')
    .description(
      'Shows the limits and thresholds of a session, or sets some and shows those in force.\n' +
        'For example: limits ann-1 callsPerRun=5 thresholds.context.warn=0.6 tokensPerRun=null',
    )
    .argument('<id>', 'the session, or a unique beginning of its id')
    .argument('[key=value...]', 'what to set; null is none')
    .action(async (id: string, assignments: readonly string[], options: CommonOptions) => {
      const { showLimits } = await import('../show-limits.ts');
      await showLimits(id, assignments, options);
    });
}
