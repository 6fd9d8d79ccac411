import type { Command } from 'commander';
import { print, printDocument } from '../output.ts';
import type { CommonOptions } from '../place.ts';
import { withClient } from '../with-client.ts';

interface CancelOptions extends CommonOptions {
  readonly run?: string;
  readonly reason?: string;
}

export function cancelCommand(program: Command): Command {
  return program
    .command('cancel')
    .summary('cancel the run in progress, or another one')
    .description(
      'Cancels the run in progress, or the named one, which may still wait in the queue. The session goes on.',
    )
    .argument('<id>', 'the session, or a unique beginning of its id')
    .option('--run <id>', 'the run; without it the one in progress')
    .option('--reason <text>', 'kept with the run')
    .action(cancel);
}

async function cancel(id: string, options: CancelOptions): Promise<void> {
  const { run, reason, json } = options;
  await withClient(options, async (client) => {
    const session = await client.session(id);
    const { currentRun, queue } = await session.state();
    const open = [...(currentRun === null ? [] : [currentRun]), ...queue].map(({ runId }) => runId);
    const runId = run ?? currentRun?.runId;
    await session.cancel({ ...(run === undefined ? {} : { runId: run }), ...(reason === undefined ? {} : { reason }) });
    const asked = runId !== undefined && open.includes(runId);
    if (json === true) return printDocument({ sessionId: session.id, runId: runId ?? null, cancelling: asked });
    if (asked) print(`Run ${runId} is being cancelled.`);
    else print(run === undefined ? 'No run is in progress.' : `Run ${run} is neither in progress nor queued.`);
  });
}
