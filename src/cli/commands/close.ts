import type { Command } from 'commander';
import { print, printDocument } from '../output.ts';
import type { CommonOptions } from '../place.ts';
import { withClient } from '../with-client.ts';

interface CloseOptions extends CommonOptions {
  readonly reason?: string;
}

export function closeCommand(program: Command): Command {
  return program
    .command('close')
    .summary('end a session; its transcript and metrics stay')
    .description(
      'Refuses new messages, lets the run in progress finish, and ends the session. Its id is not used again.',
    )
    .argument('<id>', 'the session, or a unique beginning of its id')
    .option('--reason <text>', 'kept with the session')
    .action(close);
}

async function close(id: string, options: CloseOptions): Promise<void> {
  await withClient(options, async (client) => {
    const session = await client.session(id);
    const metrics = await session.close(options.reason === undefined ? {} : { reason: options.reason });
    if (options.json === true) return printDocument({ sessionId: session.id, status: 'closed', metrics });
    const { spentParts } = await import('../terminal/closing-line.ts');
    print(`Session ${session.id} is closed. It took ${spentParts(metrics).join(' · ')} in ${metrics.runs} runs.`);
  });
}
