import type { Command } from 'commander';
import type { CommonOptions } from '../place.ts';

interface WorkerOptions extends CommonOptions {
  readonly detach?: true;
}

export function workerCommand(program: Command): Command {
  return program
    .command('worker')
    .summary('a worker alone, on a Temporal server that runs')
    .description(
      'Runs a worker on the Temporal server that TEMPORAL_ADDRESS or a profile names, else on that of a `dev` that\n' +
        'runs here. SIGTERM and Ctrl-C drain it.',
    )
    .option('--detach', 'return when it is ready, and leave it running')
    .action(async (options: WorkerOptions) => {
      if (options.detach === true) {
        const { detach } = await import('../detach.ts');
        return await detach('worker', [], options);
      }
      const { runWorker } = await import('../run-worker.ts');
      return await runWorker(options);
    });
}
