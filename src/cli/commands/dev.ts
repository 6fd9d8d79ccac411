import type { Command } from 'commander';
import type { CommonOptions } from '../place.ts';

export interface DevOptions extends CommonOptions {
  readonly remote?: true;
  readonly detach?: true;
}

export function devCommand(program: Command): Command {
  return program
    .command('dev')
    .summary('everything in one process: Temporal, worker, HTTP')
    .description(
      'Starts all that sessions need in one process: a Temporal server (found or started), a worker and HTTP.\n' +
        'Ctrl-C drains the worker and stops all of it; the next start finds every session again.',
    )
    .option('--remote', 'let TEMPORAL_ADDRESS or a profile lead to another machine')
    .option('--detach', 'return when it is ready, and leave it running')
    .action(async (options: DevOptions) => {
      if (options.detach === true) {
        const { detach } = await import('../detach.ts');
        return await detach('dev', options.remote === true ? ['--remote'] : [], options);
      }
      const { runDev } = await import('../run-dev.ts');
      return await runDev(options);
    });
}
