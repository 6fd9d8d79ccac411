import type { Command } from 'commander';
import type { CommonOptions } from '../place.ts';

export interface MetricsOptions extends CommonOptions {
  readonly watch?: true;
}

export function metricsCommand(program: Command): Command {
  return program
    .command('metrics')
    .summary('what a session took: tokens, cost, time, by model')
    .description('Shows the tokens, cost and time of all that a session did, by model.')
    .argument('<id>', 'the session, or a unique beginning of its id')
    .option('--watch', 'show it anew whenever something happens, until it is closed or Ctrl-C is pressed')
    .action(async (id: string, options: MetricsOptions) => {
      const { showMetrics } = await import('../show-metrics.ts');
      await showMetrics(id, options);
    });
}
