import type { Command } from 'commander';
import type { ReconcileOptions } from '../reconcile/reconcile.ts';

interface DoctorOptions extends ReconcileOptions {
  readonly ledger?: true;
}

export function doctorCommand(program: Command): Command {
  return program
    .command('doctor')
    .summary('what is wrong here, and the command that mends it')
    .description(
      'Checks Node, home, config, Temporal, store, keys, models, ports and workers. Exit: 1 when something is wrong.',
    )
    .option('--ledger', 'instead: add metrics and budgets up from the ledger and say what differs')
    .option('--compare <usage.csv>', "with --ledger: a provider's exported usage, by day and model")
    .option('--provider <name>', 'with --compare: whose export it is, where several have the same model')
    .action(async ({ ledger, ...options }: DoctorOptions) => {
      if (ledger === true || options.compare !== undefined) {
        const { reconcile } = await import('../reconcile/reconcile.ts');
        return await reconcile(options);
      }
      const { runDoctor } = await import('../doctor/run-doctor.ts');
      await runDoctor(options);
    });
}
